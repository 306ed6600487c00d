r"""MTA-STS (RFC 8461): the record that announces a domain's policy, the policy itself, and which MX it lets pass.

    parse_record("v=STSv1; id=20260512")                                # Announcement(id="20260512")
    parse("version: STSv1\nmode: enforce\nmx: *.sailing.example\nmax_age: 604800\n").lets_pass("mx.sailing.example")

The policy is fetched from ``url(domain)`` by whoever may reach it. The grammar is ours; the field's libraries read it inside
their own fetching.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailstrata.formats import tag_list
from mailstrata.model.errors import Malformed
from mailstrata.model.names import domain as canonical
from mailstrata.model.values import dataclass

MODES = ("enforce", "testing", "none")
MAX_AGE = 31_557_600
"""A policy's longest life, in seconds: a year (RFC 8461 3.2)."""
_ID = re.compile(r"[A-Za-z0-9]{1,32}\Z")
_VERSION = re.compile(r"v=STSv1[ \t]*(?:;|\Z)")
_SIZE = 64 * 1024
_SHORT = 86_400


class MalformedMtaSts(Malformed):
    """A record or policy that cannot be read; ``where`` is the tag, or the line and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What stands at ``_mta-sts.DOMAIN``. A new ``id`` says that the policy has changed."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy: what senders do when none of the ``mx`` patterns fits or TLS fails."""

    mode: str
    mx: tuple[str, ...] = ()
    max_age: int = 604_800

    def lets_pass(self, host: str) -> bool:
        """Whether an MX host fits a pattern; ``*.`` stands for exactly one label (RFC 8461 4.1)."""
        name = host.rstrip(".").lower()
        return any(name == one or (one.startswith("*.") and name.partition(".")[2] == one[2:]) for one in self.mx)


def url(domain: str) -> str:
    """Where the policy of ``domain`` lies (RFC 8461 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def is_record(text: str) -> bool:
    """Whether ``text`` announces a policy: version first, in this case."""
    return bool(_VERSION.match(text))


def announced(texts: Iterable[str]) -> Announcement | None:
    """What the TXT records at ``_mta-sts`` say; none or several are no policy (RFC 8461 3.1). Raises ``MalformedMtaSts``."""
    records = [text for text in texts if is_record(text)]
    return parse_record(records[0]) if len(records) == 1 else None


def parse_record(text: str) -> Announcement:
    """Read a record. Raises ``MalformedMtaSts``."""
    if not is_record(text):
        raise MalformedMtaSts("v", repr(text[:40]), "v=STSv1 as the first tag")
    try:
        tags = tag_list.parse(text)
    except tag_list.MalformedTags as error:
        raise MalformedMtaSts(error.where, error.found, error.expected) from error
    if not _ID.match(tags.get("id", "")):
        raise MalformedMtaSts("id", repr(tags.get("id", "")[:40]), "1 to 32 letters and digits")
    return Announcement(id=tags["id"])


def render_record(record: Announcement) -> str:
    """The text of a record."""
    return f"v=STSv1; id={record.id}"


def parse(text: str) -> Policy:
    """Read a policy; keys that are not known are passed over (RFC 8461 3.2). Raises ``MalformedMtaSts``."""
    if len(text) > _SIZE:
        raise MalformedMtaSts("length", f"{len(text)} characters", f"at most {_SIZE} (RFC 8461 3.3)")
    found: dict[str, tuple[int, str]] = {}
    mx: list[str] = []
    for line, key, value in _lines(text):
        if key == "mx":
            mx.append(_pattern(line, value))
        else:
            found.setdefault(key, (line, value))  # RFC 8461 3.2: of repeated keys the first counts
    _version(found)
    mode = _mode(found)
    if mode != "none" and not mx:
        raise MalformedMtaSts("mx", "no pattern", f"an mx line, for mode {mode}")
    return Policy(mode=mode, mx=tuple(mx), max_age=_age(found))


def render(policy: Policy) -> str:
    """The text of a policy, lines ended by CRLF (RFC 8461 3.2)."""
    lines = ["version: STSv1", f"mode: {policy.mode}", *(f"mx: {one}" for one in policy.mx)]
    return "\r\n".join([*lines, f"max_age: {policy.max_age}", ""])


def lints(policy: Policy, hosts: Iterable[str] = ()) -> tuple[str, ...]:
    """What is unwise in ``policy``, given the MX hosts of the domain, in words."""
    remarks = [f"{host} is an MX of the domain and fits no pattern" for host in hosts if not policy.lets_pass(host)]
    if policy.max_age < _SHORT:
        remarks.append(f"max_age {policy.max_age} is less than a day: an attacker only has to wait")
    if policy.mode == "testing":
        remarks.append("mode testing protects nothing yet: senders report and deliver all the same")
    return tuple(remarks)


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", key):
            raise MalformedMtaSts(f"line {number}", repr(line[:40]), "key: value")
        yield number, key, value.strip()


def _version(found: dict[str, tuple[int, str]]) -> None:
    line, value = found.get("version", (1, ""))
    if value != "STSv1":
        raise MalformedMtaSts(f"line {line}, version", repr(value[:40]), "STSv1")


def _mode(found: dict[str, tuple[int, str]]) -> str:
    line, value = found.get("mode", (0, ""))
    if value not in MODES:
        raise MalformedMtaSts(f"line {line}, mode" if line else "mode", repr(value[:40]), " or ".join(MODES))
    return value


def _age(found: dict[str, tuple[int, str]]) -> int:
    line, value = found.get("max_age", (0, ""))
    if not re.fullmatch(r"[0-9]{1,10}", value) or int(value) > MAX_AGE:
        raise MalformedMtaSts(
            f"line {line}, max_age" if line else "max_age", repr(value[:40]), f"seconds, at most {MAX_AGE}"
        )
    return int(value)


def _pattern(line: int, value: str) -> str:
    try:
        name = canonical(value.removeprefix("*."))
    except Malformed as error:
        raise MalformedMtaSts(f"line {line}, mx", repr(value[:60]), "a host, or *. and a domain") from error
    return f"*.{name}" if value.startswith("*.") else name
