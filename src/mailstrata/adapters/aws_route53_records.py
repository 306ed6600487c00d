"""Records between our notation and Route 53's: last dots, octal escapes, and TXT in quoted strings of 255 bytes.

    to_route53("TXT", 'v=DMARC1; p=none')      # '"v=DMARC1; p=none"'
    from_route53("TXT", '"v=DKIM1; " "p=MI…"')  # 'v=DKIM1; p=MI…'

A TXT value is one text for us; on the wire it is character-strings of at most 255 bytes (RFC 1035 3.3.14), joined without
a space by who reads it (RFC 7208 3.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_STRING = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_ESCAPED = re.compile(r"(?P<octets>(?:\\[0-3][0-7]{2})+)|\\(?P<letter>.)", re.DOTALL)
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_TXT = frozenset({"TXT", "SPF"})


def to_route53(rtype: str, value: str) -> str:
    """A value as Route 53 takes it. A TXT that is in quoted strings already keeps its text."""
    if rtype not in _TXT:
        return value.strip()
    return " ".join(f'"{_escaped(part)}"' for part in _split(_text(value)))


def from_route53(rtype: str, value: str) -> str:
    """A value as we write it."""
    return _text(value) if rtype in _TXT else value


def held(sets: Iterable[Mapping[str, Any]], name: str, rtype: str) -> tuple[str, ...] | str:
    """The values that a zone of these record sets answers with; words where a rule of Route 53's own decides them.

    A name that exists answers for itself alone, and below it no wildcard counts (RFC 4592 4.4).
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for one in sets:
        by_name.setdefault(owner_name(str(one["Name"])), []).append(one)
    source = _source(by_name, name.rstrip(".").lower())
    there = [one for one in by_name.get(source, ()) if one["Type"] == rtype]
    if any("ResourceRecords" not in one or "SetIdentifier" in one for one in there):
        return f"{source} {rtype} is an alias or has a routing policy in Route 53"
    values = (from_route53(rtype, str(entry["Value"])) for one in there for entry in one["ResourceRecords"])
    return tuple(sorted(value if rtype == "TXT" else value.rstrip(".").lower() for value in values))


def _source(by_name: Mapping[str, object], name: str) -> str:
    """The owner whose records answer for ``name``: itself, or the wildcard at its closest encloser (RFC 4592 3.3.1)."""
    exists = {part for owner in by_name for part in _and_above(owner)}
    if name in exists:
        return name
    encloser = next((part for part in _and_above(name) if part in exists), "")
    return f"*.{encloser}"


def _and_above(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def owner_name(name: str) -> str:
    r"""The name of a record set in our form: lower case, no last dot, no escape (``\052`` is ``*``)."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), name).rstrip(".").lower()


def _text(value: str) -> str:
    """The text of quoted character-strings, or ``value`` itself when it is not written so."""
    parts: list[str] = []
    position = 0
    while position < len(value):
        match = _STRING.match(value, position)
        if match is None:
            return value
        parts.append(_ESCAPED.sub(_unescaped, match[1]))
        position = match.end()
    return "".join(parts)


def is_text(value: str) -> bool:
    """Whether a TXT value of Route 53 is UTF-8, so that it can be written back as it stands."""
    try:
        for run in _ESCAPED.finditer(value):
            _octets(run["octets"] or "").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unescaped(match: re.Match[str]) -> str:
    """Route 53 writes bytes beyond ASCII as three octal digits; they are read as a resolver's answer is."""
    return match["letter"] or _octets(match["octets"]).decode("utf-8", "backslashreplace")


def _octets(escapes: str) -> bytes:
    return bytes(int(code[1], 8) for code in _OCTAL.finditer(escapes))


def _split(text: str) -> list[bytes]:
    """Strings of at most 255 octets; an empty text is one empty string."""
    octets = text.encode()
    return [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]


def _escaped(part: bytes) -> str:
    return "".join(_octal(byte) for byte in part)


def _octal(byte: int) -> str:
    letter = chr(byte)
    if letter in {"\\", '"'}:
        return f"\\{letter}"
    return letter if " " <= letter <= "~" else f"\\{byte:03o}"
