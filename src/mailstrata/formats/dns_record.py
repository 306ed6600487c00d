"""DNS records as they should be published, in presentation format without last dots (facts.md B3).

    txt("_dmarc.sailing.example", ("v=DMARC1; p=none",))    # Record(…, type="TXT", values=('"v=DMARC1; p=none"',))

A record set is replaced as a whole, so the texts that stand at a name already belong into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.finding import Record
from mailstrata.model.question import Cname, Mx, Txt

_STRING = 255


def cname(name: str, target: str) -> Record:
    """An alias of a name."""
    return Record(name=name, type="CNAME", values=(target,))


def mx(name: str, preference: int, host: str) -> Record:
    """A single mail exchanger."""
    return Record(name=name, type="MX", values=(f"{preference} {host}",))


def txt(name: str, texts: Iterable[str]) -> Record:
    """Texts, quoted, and cut into strings of 255 octets where they are longer (RFC 1035 3.3.14)."""
    return Record(name=name, type="TXT", values=tuple(_quoted(text) for text in texts))


def _quoted(text: str) -> str:
    parts = [text[start : start + _STRING] for start in range(0, len(text), _STRING)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


def question(name: str, kind: str) -> Txt | Mx | Cname:
    """What to ask for a record set of one of the three kinds that SES wants."""
    kinds: dict[str, type[Txt] | type[Mx] | type[Cname]] = {"TXT": Txt, "MX": Mx, "CNAME": Cname}
    return kinds[kind](name)


def values(answer: Any) -> tuple[str, ...]:
    """What such a question is answered with, in the form in which a record's values stand; texts without quotes."""
    if isinstance(answer, str):
        return (answer,)
    return tuple(one if isinstance(one, str) else f"{one.preference} {one.host}" for one in answer)


def folded(value: str) -> str:
    """A host, or a preference and a host, as DNS compares it: without case and last dot (RFC 1034 3.1)."""
    return value.rstrip(".").lower()


def zone_lines(record: Record, *, ttl: int = 300) -> tuple[str, ...]:
    """The record set in the master file format (RFC 1035 5.1): absolute names, one line a value."""
    return tuple(f"{record.name}. {ttl} IN {record.type} {_absolute(record.type, value)}" for value in record.values)


def form_fields(record: Record, apex: str) -> tuple[tuple[str, str], ...]:
    """What to type into a provider's form, a pair of host and value for each line: hosts without the zone, texts unquoted.

    Providers add the zone to the host themselves; typing it again is the commonest slip there is (facts.md B3).
    """
    host = "@" if record.name == apex else record.name.removesuffix(f".{apex}")
    return tuple((host, unquoted(value) if record.type == "TXT" else value) for value in record.values)


def _absolute(kind: str, value: str) -> str:
    return value if kind == "TXT" else value.rstrip(".") + "."
