r"""The DNS part of a scenario: lines of the ``.world`` notation to record sets.

read("mx sailing.example = 10 mx.sailing.example\ntxt old.sailing.example -")
{("sailing.example", "MX"): ("10 mx.sailing.example.",), ("old.sailing.example", "TXT"): ()}
"""

from __future__ import annotations

from typing import Any

from mailstrata.formats import world
from mailstrata.model.errors import Malformed
from mailstrata.model.observation import Absent, Seen
from mailstrata.model.question import Addresses, Cname, Mx, Txt

_STRING = 255


def read(text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Values in presentation format by owner name and type; no values where the set is to be absent."""
    wanted: dict[tuple[str, str], tuple[str, ...]] = {}
    lines = "\n".join(line.strip() for line in text.splitlines())
    for question, observation in world.parse(lines, "records").facts.items():
        if not isinstance(question, Txt | Mx | Cname | Addresses) or not isinstance(observation, Seen | Absent):
            raise Malformed("records", world.render_question(question), "txt, mx, cname or address with = or -")
        wanted |= _sets(question, observation.value if isinstance(observation, Seen) else None)
    return wanted


def _sets(question: Txt | Mx | Cname | Addresses, value: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    """The record sets that one fact means; no value means none of them."""
    match question:
        case Txt(name=name):
            return {(name, "TXT"): tuple(_quoted(one) for one in value or ())}
        case Mx(name=name):
            return {(name, "MX"): tuple(f"{one.preference} {one.host.rstrip('.')}." for one in value or ())}
        case Cname(name=name):
            return {(name, "CNAME"): (f"{value.rstrip('.')}.",) if value else ()}
        case Addresses(host=name):
            v6 = tuple(one for one in value or () if ":" in one)
            return {(name, "A"): tuple(one for one in value or () if ":" not in one)} | (
                {(name, "AAAA"): v6} if v6 else {}
            )


def _quoted(text: str) -> str:
    """A TXT value as strings of at most 255 octets (RFC 1035 3.3), quoted and escaped (RFC 1035 5.1)."""
    data = text.encode()
    parts = [data[start : start + _STRING] for start in range(0, len(data), _STRING)] or [b""]
    return " ".join(f'"{"".join(map(_escaped, part))}"' for part in parts)


def _escaped(octet: int) -> str:
    """Quotes and backslashes behind a backslash, which DNS and Route 53 read alike; other octets by number."""
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 32 <= octet < 127 else f"\\{octet:03d}"
