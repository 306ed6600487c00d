"""Route 53 as the emulator has it, with the rules that the emulator lacks.

    rules = Route53Rules(behind, account="123456789012", on_change=dns.reload)
    zones = await rules.zones()              # every hosted zone with its records, read through the emulator's API

Own are: a CNAME beside another type and TXT strings over 255 octets or without quotes are refused
(``InvalidChangeBatch``), pages hold 300 records at most, ``TestDNSAnswer`` answers. After each change that succeeded,
``on_change`` runs before the caller has the answer, so that DNS already serves what the change says.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from mailstrata.lab.aws.behind import credential
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call

MAX_PAGE = 300
"""Records of one ListResourceRecordSets page (Route 53 API reference)."""
MAX_STRING = 255
"""Octets of one TXT character-string (RFC 1035 3.3)."""

_ROOT = "/2013-04-01"
_NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
_CHANGE = re.compile(rf"{_ROOT}/hostedzone/([A-Z0-9]+)/rrset/?")
_ZONE = re.compile(rf"{_ROOT}/hostedzone/([A-Z0-9]+)/?")
_STRING = r'"((?:[^"\\]|\\.)*)"'
_STRINGS = re.compile(rf"{_STRING}(?:\s+{_STRING})*")
_ESCAPE = re.compile(r"\\(?:\d{3}|.)", re.DOTALL)
_TEXT_TYPES = frozenset({"TXT", "SPF"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """The records of one name and type; ``name`` ends in a dot, ``values`` are in the zone file's spelling."""

    name: str
    rtype: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZone:
    """A hosted zone with all its records; ``name`` ends in a dot."""

    zone_id: str
    name: str
    private: bool
    records: tuple[RecordSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    action: str
    record: RecordSet


class Route53Rules:
    """The service ``route53``."""

    def __init__(
        self, behind: AsgiApp, *, account: str, on_change: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._behind = behind
        self._account = account
        self._on_change = on_change

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        if request.method == "GET" and request.path == f"{_ROOT}/testdnsanswer":
            return await self._test_answer(request)
        listing = _CHANGE.fullmatch(request.path)
        if listing and request.method == "POST":
            await self._check(listing[1], _changes(request.body))
        query = {name: values[0] for name, values in request.query.items()}
        if listing and request.method == "GET":
            query["maxitems"] = _page_size(query.get("maxitems"))
        response = await self._call(request.method, request.path, query=query, body=request.body)
        if response.status < 300 and request.method in {"POST", "DELETE"} and self._on_change:
            await self._on_change()
        return response

    async def zones(self) -> tuple[HostedZone, ...]:
        """Read every hosted zone with its records."""
        found: list[HostedZone] = []
        marker: str | None = ""
        while marker is not None:
            root = await self._read("/hostedzone", {"maxitems": "100"} | ({"marker": marker} if marker else {}))
            found += [await self._zone(zone) for zone in root.iter(_tag("HostedZone"))]
            marker = root.findtext(_tag("NextMarker")) if root.findtext(_tag("IsTruncated")) == "true" else None
        return tuple(found)

    async def records(self, zone_id: str) -> tuple[RecordSet, ...]:
        """Read all records of a zone, page by page."""
        found: list[RecordSet] = []
        query: dict[str, str] | None = {}
        while query is not None:
            root = await self._read(f"/hostedzone/{zone_id}/rrset", query | {"maxitems": str(MAX_PAGE)})
            found += [_record(entry) for entry in root.iter(_tag("ResourceRecordSet"))]
            query = _next_page(root)
        return tuple(found)

    async def _zone(self, zone: ElementTree.Element) -> HostedZone:
        zone_id = (zone.findtext(_tag("Id")) or "").removeprefix("/hostedzone/")
        private = zone.findtext(f"{_tag('Config')}/{_tag('PrivateZone')}") == "true"
        name = zone.findtext(_tag("Name")) or ""
        return HostedZone(zone_id=zone_id, name=name, private=private, records=await self.records(zone_id))

    async def _read(self, path: str, query: dict[str, str]) -> ElementTree.Element:
        response = await self._call("GET", _ROOT + path, query=query)
        if response.status != 200:
            raise AwsError("InternalError", f"the emulator answered {response.status} to {path}", status=500)
        return ElementTree.fromstring(response.body)  # noqa: S314 - written by the emulator in this process

    async def _call(self, method: str, path: str, *, query: dict[str, str], body: bytes = b"") -> AwsResponse:
        headers = credential("route53", account=self._account) | {"host": "route53.amazonaws.com"}
        wire = WireRequest(method=method, path=path, query=urlencode(query), headers=headers, body=body)
        return await call(self._behind, wire)

    async def _check(self, zone_id: str, changes: tuple[_Change, ...]) -> None:
        wrong = [text for change in changes if change.action != "DELETE" for text in _wrong_texts(change.record)]
        types = await self._types_after(zone_id, changes)
        for change in changes:
            record = change.record
            if change.action != "DELETE" and "CNAME" in types[record.name] and len(types[record.name]) > 1:
                wrong.append(_beside_cname(record))
        if wrong:
            raise AwsError("InvalidChangeBatch", f"[{', '.join(wrong)}]")

    async def _types_after(self, zone_id: str, changes: tuple[_Change, ...]) -> dict[str, set[str]]:
        """Return the types that each changed name would have."""
        names = {change.record.name for change in changes}
        types: dict[str, set[str]] = {name: set() for name in names}
        if any(change.action != "DELETE" for change in changes):
            for name in names:
                types[name] |= await self._types_at(zone_id, name)
        for change in changes:
            held = types[change.record.name]
            (held.discard if change.action == "DELETE" else held.add)(change.record.rtype)
        return types

    async def _types_at(self, zone_id: str, name: str) -> set[str]:
        query = {"name": name, "maxitems": str(MAX_PAGE)}
        response = await self._call("GET", f"{_ROOT}/hostedzone/{zone_id}/rrset", query=query)
        if response.status != 200:
            return set()  # no such zone: the emulator says so itself
        root = ElementTree.fromstring(response.body)  # noqa: S314 - written by the emulator in this process
        records = (_record(entry) for entry in root.iter(_tag("ResourceRecordSet")))
        return {record.rtype for record in records if record.name == name}

    async def _test_answer(self, request: AwsRequest) -> AwsResponse:
        query = {name: values[0] for name, values in request.query.items()}
        zone = query.get("hostedzoneid", "").removeprefix("/hostedzone/")
        if not _ZONE.fullmatch(f"{_ROOT}/hostedzone/{zone}"):
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone[:64]}", status=404)
        name, rtype = _dotted(query.get("recordname", "")), query.get("recordtype", "")
        records = await self._records_or_absent(zone)
        present = [record for record in records if record.name == name]
        values = [value for record in present if record.rtype == rtype for value in record.values]
        return _xml("TestDNSAnswerResponse", {
            "Nameserver": "127.0.0.1",
            "RecordName": name,
            "RecordType": rtype,
            "RecordData": "".join(f"<RecordDataEntry>{escape(value)}</RecordDataEntry>" for value in values),
            "ResponseCode": "NOERROR" if present else "NXDOMAIN",
            "Protocol": "UDP",
        })  # fmt: skip

    async def _records_or_absent(self, zone_id: str) -> tuple[RecordSet, ...]:
        try:
            return await self.records(zone_id)
        except AwsError as error:
            raise AwsError("NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}", status=404) from error


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _page_size(asked: str | None) -> str:
    if asked is None:
        return str(MAX_PAGE)
    return str(min(int(asked), MAX_PAGE)) if asked.isascii() and asked.isdigit() else asked


def _next_page(root: ElementTree.Element) -> dict[str, str] | None:
    if root.findtext(_tag("IsTruncated")) != "true":
        return None
    parts = {"name": "NextRecordName", "type": "NextRecordType", "identifier": "NextRecordIdentifier"}
    read = ((key, root.findtext(_tag(element))) for key, element in parts.items())
    return {key: value for key, value in read if value}


def _changes(body: bytes) -> tuple[_Change, ...]:
    """Read a ChangeBatch; raises ``AwsError`` (``InvalidInput``)."""
    try:
        text = body.decode()
        if "<!" in text:  # no document type: entities could grow without bound
            raise AwsError("InvalidInput", "a change batch has no document type, comments or CDATA")
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, bounded by the gate
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise AwsError("InvalidInput", "the change batch is not XML in UTF-8") from None
    return tuple(
        _Change(action=change.findtext(_tag("Action")) or "", record=_record(record))
        for change in root.iter(_tag("Change"))
        if (record := change.find(_tag("ResourceRecordSet"))) is not None
    )


def _record(entry: ElementTree.Element) -> RecordSet:
    values = (value.text or "" for value in entry.iter(_tag("Value")))
    ttl = entry.findtext(_tag("TTL")) or "0"
    return RecordSet(
        name=_dotted(entry.findtext(_tag("Name")) or ""),
        rtype=entry.findtext(_tag("Type")) or "",
        ttl=int(ttl) if ttl.isascii() and ttl.isdigit() else 0,
        values=tuple(values),
    )


def _dotted(name: str) -> str:
    return name.lower().rstrip(".") + "."


def _wrong_texts(record: RecordSet) -> Iterable[str]:
    if record.rtype not in _TEXT_TYPES:
        return
    for value in record.values:
        what = f"Invalid Resource Record: 'FATAL problem: {{}} encountered with \"{value[:80]}\"'"
        if not _STRINGS.fullmatch(value.strip()):
            yield what.format("InvalidCharacterString (Value should be enclosed in quotation marks)")
        elif any(_octets(text) > MAX_STRING for text in re.findall(_STRING, value)):
            yield what.format("CharacterStringTooLong (Value is too long)")


def _octets(text: str) -> int:
    return len(_ESCAPE.sub("x", text).encode())


def _beside_cname(record: RecordSet) -> str:
    where = f"with DNS name {record.name}"
    if record.rtype == "CNAME":
        return f"RRSet of type CNAME {where} is not permitted as it conflicts with other records with the same DNS name"
    return f"RRSet of type {record.rtype} {where} is not permitted because a conflicting RRSet of type CNAME exists"


def _xml(name: str, fields: dict[str, str]) -> AwsResponse:
    inner = "".join(
        f"<{key}>{value if key == 'RecordData' else escape(value)}</{key}>" for key, value in fields.items()
    )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">{inner}</{name}>'
    return AwsResponse(body=body.encode(), headers={"content-type": "text/xml"})
