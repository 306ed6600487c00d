"""The bytes that a signature covers: header fields and body in DKIM's two canonical forms (RFC 6376 3.4).

    fields, body = split(raw)
    relaxed_field(fields[0])       # b"subject:Hello world"
    canonical_body(body, "relaxed")

A mail travels with CRLF at its line ends; one that was stored with bare newlines is put back first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from mailstrata.model.values import dataclass

FORMS = ("simple", "relaxed")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_LINE_END = re.compile(rb"[ \t]+(?=\r\n)")
_EMPTY_END = re.compile(rb"(?:\r\n)*\Z")
_SIGNED = re.compile(rb"((?:\A|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
_LIMIT = 5000
"""Header fields that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One header field: its name in lower case, and all of it as it stands, with the CRLF at its end."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands behind the colon, folded as it is."""
        return self.raw.partition(b":")[2]

    @property
    def text(self) -> str:
        """The value unfolded, as ASCII; what is none comes out as a replacement character."""
        return _FOLD.sub(b"", self.value).decode("ascii", "replace").strip(" \t\r\n")


def split(raw: bytes) -> tuple[tuple[Field, ...], bytes]:
    """The header fields of a mail and its body, line ends as on the wire."""
    wire = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head, _, body = wire.partition(b"\r\n\r\n") if not wire.startswith(b"\r\n") else (b"", b"", wire[2:])
    lines = re.split(rb"\r\n(?![ \t])", head.removesuffix(b"\r\n"))[:_LIMIT]
    return tuple(_field(line) for line in lines if b":" in line), body


def simple_field(field: Field) -> bytes:
    """The field as it stands (RFC 6376 3.4.1)."""
    return field.raw


def relaxed_field(field: Field) -> bytes:
    """Name in lower case, folds undone, runs of blanks as one, none at the ends (RFC 6376 3.4.2)."""
    value = _BLANKS.sub(b" ", field.value.replace(b"\r\n", b"")).strip(b" ")
    return field.name.encode("ascii", "replace") + b":" + value + b"\r\n"


FIELDS: Mapping[str, Callable[[Field], bytes]] = {"simple": simple_field, "relaxed": relaxed_field}


def canonical_body(body: bytes, form: str) -> bytes:
    """The body in its form: no empty lines at its end; relaxed also without blanks at line ends (RFC 6376 3.4.3, 3.4.4)."""
    if form == "relaxed":
        ended = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
        body = _BLANKS.sub(b" ", _LINE_END.sub(b"", ended))
    end = _EMPTY_END.search(body)
    bare = body[: end.start()] if end else body
    return bare + b"\r\n" if bare or form == "simple" else b""


def chosen(fields: Iterable[Field], names: Iterable[str]) -> list[Field]:
    """The fields that ``h`` names, each time the next one up from the bottom (RFC 6376 5.4.2)."""
    left: dict[str, list[Field]] = {}
    for field in fields:
        left.setdefault(field.name, []).append(field)
    return [left[name].pop() for name in names if left.get(name)]


def unsigned(field: Field, form: str) -> bytes:
    """The signature's own field with an empty ``b`` and no CRLF at its end (RFC 6376 3.7)."""
    name, colon, value = field.raw.partition(b":")
    bare = Field(name=field.name, raw=name + colon + _SIGNED.sub(rb"\1", value))
    return FIELDS[form](bare).removesuffix(b"\r\n")


def _field(line: bytes) -> Field:
    name = line.partition(b":")[0].strip(b" \t").lower()
    return Field(name=name.decode("ascii", "replace"), raw=line + b"\r\n")
