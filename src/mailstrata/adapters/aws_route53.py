"""The account's DNS zones in Route 53: which holds a name, and publishing records in it.

    await Route53Answers(aws).hosted_zone(HostedZone(name="_dmarc.sailing.example"))    # Seen(HostedZoneFacts(...))
    before = await Route53Changes(aws).publish("/hostedzone/Z1", (Record(name=..., type="TXT", values=("v=DMARC1; p=none",)),))

Publishing gives back what stood there, so that publishing that again undoes it. All records go in one batch, of which
Route 53 makes all or none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.aws import Answer, Aws, refusal
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.adapters.aws_route53_records import from_route53, held, is_text, owner_name, to_route53
from mailstrata.adapters.in_flight import InFlight
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Record
from mailstrata.model.names import is_within
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import HostedRecord, HostedZone, Question

_PAGES = 20
"""Of 300 record sets each: a zone with more is not compared."""
_NEXT = ("RecordName", "RecordType", "RecordIdentifier")
TTL = 300
"""Seconds, of a record that stood nowhere before; others keep theirs."""


class Route53Answers:
    """Answers the questions about hosted zones. The zones are listed once, however many names are asked for."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._listing: asyncio.Task[list[Any] | Failure] | None = None
        self._listings: InFlight[str, list[Any] | Failure | Unknown] = InFlight()

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {HostedZone: self.hosted_zone, HostedRecord: self.hosted_record}

    async def hosted_zone(self, question: HostedZone) -> Observation[HostedZoneFacts]:
        """The longest public zone that encloses the name.

        Unknown when the account has several of that name, since only the delegation tells which one the world reads.
        """
        listing = _call("ListHostedZones")
        if self._listing is None:
            self._listing = asyncio.ensure_future(self._aws.pages(listing, "HostedZones", following="NextMarker"))
        zones = await asyncio.shield(self._listing)
        if isinstance(zones, Failure):
            return self._aws.unseen(zones)
        enclosing = self._aws.seen(zones, listing, lambda them: _enclosing(them, owner_name(question.name)))
        if isinstance(enclosing, Unknown):
            return enclosing
        if not enclosing.value:
            return Absent(how=f"no public zone holds {question.name}", source=listing.source, at=enclosing.at)
        if len(enclosing.value) > 1:
            return _ambiguous(enclosing.value)
        call = _call("GetHostedZone", Id=enclosing.value[0]["Id"])
        return await self._aws.ask(call, _zone_facts)

    async def hosted_record(self, question: HostedRecord) -> Observation[tuple[str, ...]]:
        """The values that the zone holds at a name, its wildcards included. A zone is listed once for all that ask at once."""
        listing = _call("ListResourceRecordSets", HostedZoneId=question.zone_id)
        sets = await self._listings.join(question.zone_id, lambda: self._sets(listing))
        if isinstance(sets, Unknown):
            return sets
        if isinstance(sets, Failure):
            return self._aws.unseen(sets)
        found = self._aws.seen(sets, listing, lambda them: held(them, question.name, question.kind))
        if not isinstance(found, Seen):
            return found
        if isinstance(found.value, str):
            return Unknown(reason=found.value, needs="a look at it in the Route 53 console")
        if not found.value:
            return Absent(how="NODATA", source=listing.source, at=found.at)
        return Seen(value=found.value, source=found.source, at=found.at)

    async def _sets(self, listing: Call) -> list[Any] | Failure | Unknown:
        """Every record set of the zone. Its pages are named by the record that they begin with."""
        found: list[Any] = []
        start: dict[str, Any] = {}
        for _ in range(_PAGES):
            answer = await self._aws.reply(_call(listing.operation, **listing.params, **start))
            if isinstance(answer, Failure):
                return answer
            found += answer["ResourceRecordSets"]
            if not answer.get("IsTruncated"):
                return found
            start = {f"Start{name}": answer[f"Next{name}"] for name in _NEXT if answer.get(f"Next{name}")}
        return Unknown(reason=f"the zone holds more than {_PAGES} pages of records", needs="a look at it by hand")


class Route53Changes:
    """``model.ports.DnsControl`` for the zones of the account."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """Put each record set in the place of what stands at its name and type; one without values is taken away.

        A record set is replaced as a whole: who wants to keep a value names it again. Gives back what stood there, in the
        same order. Raises ``Refusal`` (status 4), and then nothing was changed, where Route 53 refuses, or where an alias
        or a routing policy stands in the place, which an upsert would not replace.
        """
        before = await asyncio.gather(*(self._standing(zone_id, record) for record in records))
        pairs = zip(records, before, strict=True)
        changes = [change for record, there in pairs if (change := _change(record, there)) is not None]
        if changes:
            batch = {"Comment": "mailstrata", "Changes": changes}
            await self._aws.do(_call("ChangeResourceRecordSets", HostedZoneId=zone_id, ChangeBatch=batch))
        return tuple(_record(record, there) for record, there in zip(records, before, strict=True))

    async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """What stands where ``records`` would go, in the same order; no values where nothing does."""
        before = await asyncio.gather(*(self._standing(zone_id, record) for record in records))
        return tuple(_record(record, there) for record, there in zip(records, before, strict=True))

    async def _standing(self, zone_id: str, record: Record) -> Answer | None:
        """The record set that stands at the name and type of ``record``."""
        call = _call(
            "ListResourceRecordSets",
            HostedZoneId=zone_id,
            StartRecordName=record.name,
            StartRecordType=record.type,
            MaxItems="1",
        )
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure):
            raise refusal(replace(answer, settled=True), call)  # who only looks has changed nothing
        there = next((it for it in answer["ResourceRecordSets"] if _is_at(it, record)), None)
        if there is not None and ("SetIdentifier" in there or "ResourceRecords" not in there):
            raise _special(record)
        if there is not None and record.type == "TXT":
            _readable(record, there)
        return there


def _call(operation: str, **params: Any) -> Call:
    return Call(service="route53", operation=operation, params=params)


def _enclosing(zones: list[Any], name: str) -> list[Any]:
    public = [(owner_name(zone["Name"]), zone) for zone in zones if not zone["Config"]["PrivateZone"]]
    names = [zone_name for zone_name, _ in public if is_within(name, zone_name)]
    longest = max(names, key=len, default="")
    return [zone for zone_name, zone in public if names and zone_name == longest]


def _ambiguous(zones: list[Any]) -> Unknown:
    name, ids = owner_name(zones[0]["Name"]), ", ".join(_short(zone["Id"]) for zone in zones)
    return Unknown(
        reason=f"the account has {len(zones)} public zones named {name}: {ids}",
        needs="the removal of the zones to which the delegation does not point",
    )


def _zone_facts(answer: Answer) -> HostedZoneFacts:
    zone = answer["HostedZone"]
    servers = answer["DelegationSet"]["NameServers"]
    names = tuple(sorted(owner_name(server) for server in servers))
    return HostedZoneFacts(id=_short(zone["Id"]), name=owner_name(zone["Name"]), nameservers=names)


def _short(zone_id: str) -> str:
    """``Z1`` of ``/hostedzone/Z1``."""
    return str(zone_id).rpartition("/")[2]


def _is_at(there: Answer, record: Record) -> bool:
    return owner_name(there["Name"]) == owner_name(record.name) and there["Type"] == record.type


def _special(record: Record) -> Refusal:
    return Refusal(
        f"{record.name} {record.type} is an alias or has a routing policy in Route 53; it was left as it is",
        "change it by hand in the Route 53 console",
        status=4,
    )


def _readable(record: Record, there: Answer) -> None:
    if not all(is_text(str(entry["Value"])) for entry in there["ResourceRecords"]):
        raise Refusal(
            f"{record.name} TXT holds octets that are no text, which would be lost; it was left as it is",
            "change it by hand in the Route 53 console",
            status=4,
        )


def _change(record: Record, there: Answer | None) -> dict[str, Any] | None:
    if not record.values:
        return {"Action": "DELETE", "ResourceRecordSet": there} if there else None
    wanted = {
        "Name": record.name,
        "Type": record.type,
        "TTL": there["TTL"] if there else TTL,
        "ResourceRecords": [{"Value": to_route53(record.type, value)} for value in record.values],
    }
    return {"Action": "UPSERT", "ResourceRecordSet": wanted}


def _record(record: Record, there: Answer | None) -> Record:
    found = there["ResourceRecords"] if there else ()
    values = tuple(from_route53(record.type, str(entry["Value"])) for entry in found)
    return Record(name=record.name, type=record.type, values=values)
