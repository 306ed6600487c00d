r"""A mail as headers and parts, however broken it is (RFC 5322, RFC 2045-2047).

    mail = parse(b"Subject: Hello\nContent-Type: text/plain\n\nAhoy\n")
    mail.get("subject"), mail.type, mail.text     # ("Hello", "text/plain", "Ahoy\n")

Mail is the least trustworthy text there is, so nothing here raises for it and everything is bounded: 16 MiB, parts nested
20 deep, 1000 parts in all, 256 KiB of headers each. What lies beyond is left out and ``truncated`` says so. Header lines are
read by the standard library (policy compat32); the parts are cut here, as its parser costs the depth for every line.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.parser import HeaderParser
from email.policy import compat32

from mailstrata.formats.charset import decode, decode_words

SIZE_LIMIT = 16 * 1024 * 1024
DEPTH_LIMIT = 20
PART_LIMIT = 1000
HEADER_LIMIT = 256 * 1024

_BLANK_LINE = re.compile(rb"(?:\A|\r\n|\n|\r(?!\n))(?:\r?\n|\r)")
_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)")
_PARAMETER = re.compile(r";\s*([\w*-]{1,60})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^\s;]*))", re.DOTALL)
_HEADERS_ONLY = frozenset({"text/rfc822-headers", "message/global-headers"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A mail or a part of one. ``body`` is as it was transferred; ``content`` and ``text`` are decoded when asked for."""

    headers: tuple[tuple[str, str], ...]
    body: bytes = field(default=b"", repr=False)
    parts: tuple[Part, ...] = ()
    truncated: bool = False

    def get(self, name: str) -> str:
        """The first header of that name, unfolded, its encoded words decoded (RFC 2047); empty when there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name, in order; names are compared without regard to case."""
        wanted = name.lower()
        return tuple(decode_words(value) for key, value in self.headers if key.lower() == wanted)

    @property
    def type(self) -> str:
        """The media type in lower case; ``text/plain`` when it is not given or no type (RFC 2045 5.2)."""
        match = _TYPE.match(self.get("content-type")[:200])
        return match[1].lower() if match else "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, empty when it is not given."""
        for match in _PARAMETER.finditer(self.get("content-type")[:4000]):
            if match[1].lower() == name:
                return re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
        return ""

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone; as it stands when that cannot be undone (RFC 2045 6)."""
        encoding = self.get("content-transfer-encoding").strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding == "base64":
            return _from_base64(self.body)
        return self.body

    @property
    def text(self) -> str:
        """The content as text, with line ends as newlines; what does not fit its charset is replaced."""
        return decode(self.content, self.parameter("charset")).replace("\r\n", "\n").replace("\r", "\n")

    def walk(self) -> Iterator[Part]:
        """This part and those below it, first things first; an enclosed message is given but not entered."""
        yield self
        if self.type not in _MESSAGES:
            for part in self.parts:
                yield from part.walk()

    @property
    def enclosed(self) -> Part | None:
        """The message (or its headers alone) that this part of type message/rfc822 or text/rfc822-headers holds."""
        return self.parts[0] if self.parts and self.type in _MESSAGES | _HEADERS_ONLY else None


def parse(raw: bytes) -> Part:
    """The mail that ``raw`` holds. Never raises: bytes that are no mail are a mail without headers."""
    budget = [PART_LIMIT]
    mail = _part(raw[:SIZE_LIMIT], 0, budget)
    return replace(mail, truncated=len(raw) > SIZE_LIMIT or budget[0] < 0)


def _part(raw: bytes, depth: int, budget: list[int]) -> Part:
    headers, body = _split(raw)
    part = Part(headers=headers, body=body)
    pieces = _pieces(part)
    if not pieces:
        return part
    if depth >= DEPTH_LIMIT:
        budget[0] = min(budget[0], -1)
        return part
    return replace(part, parts=tuple(_children(pieces, depth, budget)))


def _children(pieces: list[bytes], depth: int, budget: list[int]) -> Iterator[Part]:
    for piece in pieces:
        budget[0] -= 1
        if budget[0] < 0:
            return
        yield _part(piece, depth + 1, budget)


def _pieces(part: Part) -> list[bytes]:
    media = part.type
    if media.startswith("multipart/"):
        return _between_boundaries(part.body, part.parameter("boundary"))
    if media in _MESSAGES:
        return [part.content]
    if media in _HEADERS_ONLY:
        return [part.content.strip() + b"\n\n"]
    return []


def _between_boundaries(body: bytes, boundary: str) -> list[bytes]:
    """What lies between the delimiter lines (RFC 2046 5.1.1); a missing last delimiter is the end of the body."""
    wanted = boundary.rstrip().encode("utf-8", "replace")
    if not wanted:
        return []
    line = re.compile(re.escape(b"--" + wanted) + rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
    pieces: list[bytes] = []
    start = -1
    for mark in line.finditer(body):
        if mark.start() and body[mark.start() - 1] not in b"\r\n":
            continue
        if start >= 0:
            pieces.append(_without_last_line_end(body[start : mark.start()]))
        start = mark.end()
        if mark[1] or len(pieces) > PART_LIMIT:
            return pieces
    return [*pieces, body[start:]] if start >= 0 else pieces


def _without_last_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    return piece.removesuffix(b"\n").removesuffix(b"\r")


def _split(raw: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    blank = _BLANK_LINE.search(raw)
    end = blank.end() if blank else len(raw)
    block = raw[: min(end, HEADER_LIMIT)].decode("latin-1")
    parsed = HeaderParser(policy=compat32).parsestr(block)
    headers = tuple((_readable(name), _unfold(_readable(str(value)))) for name, value in parsed.raw_items())
    left = parsed.get_payload()
    rest = left.encode("latin-1") if isinstance(left, str) else b""
    return headers, rest + raw[end:]


def _readable(text: str) -> str:
    """Headers in raw UTF-8 (RFC 6532) were taken byte by byte for the parser."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def _unfold(value: str) -> str:
    """One line of a header that was folded over several (RFC 5322 2.2.3)."""
    return re.sub(r"[\r\n]+", "", value).strip()


def _from_base64(body: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
