r"""A mail as headers and parts, however broken it is (RFC 5322, RFC 2045-2047).

    mail = parse(b"Subject: Hello\nContent-Type: text/plain\n\nAhoy\n")
    mail.get("subject"), mail.type, mail.text     # ("Hello", "text/plain", "Ahoy\n")

Mail is the least trustworthy text there is, so nothing here raises for it and everything is bounded: 16 MiB, parts nested
20 deep, 1000 parts in all, 256 KiB of headers each. What lies beyond is left out and ``truncated`` says so. Nothing is cut,
decoded or looked up before somebody asks for it: that is what makes a bounce ten times cheaper than with the standard
library's parser. Line ends are newlines everywhere, whatever they were on the net.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailstrata.formats.charset import decode, decode_words

SIZE_LIMIT = 16 * 1024 * 1024
DEPTH_LIMIT = 20
PART_LIMIT = 1000
HEADER_LIMIT = 256 * 1024
_DELIMITER_LIMIT = 10 * PART_LIMIT
"""Lines like a delimiter that are looked at in one multipart; those of parts within it may begin alike."""

_FIRST_HEADER = re.compile(rb"(?:>?From [^\n]*\n)?+()[!-9;-~]{1,999}+[ \t]*:")
"""Where the first header begins, behind an envelope: a name, and blanks at most (RFC 5322 2.2, 4.5)."""
_SPACED = re.compile(r"(\n[!-9;-~]++)(?:\n?[ \t])++:")
_SPACED_LIMIT = 10_000
"""Headers of a head whose blank before the colon is taken away."""
_FEW = 20
"""Blanks before colons that are looked at one by one, which is quicker where most stand within values."""
_NO_NAME = frozenset(": \t")
"""What a name before a colon has none of."""
_BLANK = " \t\n"
_STEP = 100
"""Characters in which one goes back over them."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BEFORE = (b"\n", _BYTE_ORDER_MARK)
_ENVELOPES = (b"From ", b">From ")
"""How the line begins that a mailbox file puts before a mail."""
_SHORT = 50
"""Characters of a Content-Type that is remembered: mostly those without a boundary, which is another in each mail."""
_REMEMBERED = 400
"""Bytes of headers that are remembered: those of parts, which are the same few in most mails."""
_FOLDS = frozenset(" \t")
_LAST_LINE = re.compile(r"\n(?![ \t])")
_KEYS: dict[str, str] = {}
_TYPE = re.compile(r"\s*([A-Za-z0-9_!#$&^.+-]+/[A-Za-z0-9_!#$&^.+-]+)")
_PARAMETER = re.compile(r";\s*([A-Za-z0-9_*-]{1,60})\s*=\s*(?:\"((?:[^\"\\]++|\\.)*+)\"?|([^\s;]*))", re.DOTALL)
_GUESSED_BOUNDARY = re.compile(rb"\n--(?![ \t])([^\n]{1,70}+)[ \t]*+\n(?=Content-[A-Za-z]+:)", re.IGNORECASE)
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_HEADERS_ONLY = frozenset({"text/rfc822-headers", "message/global-headers"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(slots=True)
class _Budget:
    """What is left of the parts that one mail may have, shared by all its parts."""

    parts: int = PART_LIMIT
    exceeded: bool = False


class Part:
    """A mail or a part of one; ``body`` is as it was transferred, ``content`` and ``text`` are decoded when asked for.

    ``type`` is the media type in lower case; ``text/plain`` when it is not given or no type (RFC 2045 5.2).
    """

    __slots__ = ("_below", "_head", "_lower", "_parameters", "_parts", "_start", "budget", "depth", "raw", "type")

    def __init__(self, raw: bytes, depth: int, budget: _Budget) -> None:
        self.raw = raw
        self.depth = depth
        self.budget = budget
        start, end, self._start = _head_of(raw)
        known = _headers if end - start <= _REMEMBERED else _headers.__wrapped__
        self._head, self._lower, self.type, self._parameters = known(raw[start:end])
        self._parts: tuple[Part, ...] | None = None
        self._below: tuple[Part, ...] | None = None
        """What ``walk`` gives besides this part; not the part itself, which would then wait for the collector of cycles."""

    def get(self, name: str) -> str:
        """The first header of that name, unfolded, its encoded words decoded (RFC 2047); empty when there is none."""
        key = _KEYS.get(name) or _key(name)
        at = self._lower.find(key)
        return _value(self._head, at + len(key)) if at >= 0 else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every header of that name, in order; names are compared without regard to case."""
        key, lower, found = _key(name), self._lower, []
        at = lower.find(key)
        while at >= 0:
            found.append(_value(self._head, at + len(key)))
            at = lower.find(key, at + 1)
        return tuple(found)

    def has(self, name: str) -> bool:
        """Whether there is a header of that name, given in lower case."""
        return (_KEYS.get(name) or _key(name)) in self._lower

    def mentions(self, words: str) -> bool:
        """Whether the headers have these words (in lower case) anywhere; quicker than to look at each."""
        return words in self._lower

    @property
    def body(self) -> bytes:
        """All that follows the headers."""
        return self.raw[self._start :]

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, empty when it is not given."""
        return self._parameters.get(name, "")

    @property
    def transfer_encoding(self) -> str:
        """How the body is encoded, in lower case; empty when it is not said (RFC 2045 6)."""
        return self.get("content-transfer-encoding").lower()

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone; as it stands when that cannot be undone (RFC 2045 6)."""
        return self._decoded(SIZE_LIMIT)

    def _decoded(self, limit: int) -> bytes:
        """The content of the first ``limit`` bytes of the body."""
        encoding, body = self.transfer_encoding, self.body
        if len(body) > limit:
            body = body[:limit]
        if encoding == "quoted-printable":
            return _with_newlines(binascii.a2b_qp(body))
        if encoding == "base64":
            return _with_newlines(_from_base64(body))
        return body

    @property
    def text(self) -> str:
        """The content as text; what does not fit its charset is replaced."""
        return decode(self.content, self.parameter("charset"))

    def beginning(self, characters: int) -> str:
        """The text, at most so many characters of it; what lies behind is not decoded."""
        content = self._decoded(16 * (characters + 4))  # no transfer encoding makes a byte longer than three
        end = 4 * (characters + 2)  # no charset a character longer than four, and a mark before them
        if len(content) > end:
            within = next((back for back in range(3) if content[end - back] & 0xC0 != 0x80), 0)  # no half of UTF-8
            content = content[: end - within]
        return decode(content, self.parameter("charset"))[:characters]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of a multipart, or the one message that a part encloses."""
        if self._parts is None:
            pieces = self._pieces()
            self._parts = self._children(pieces) if pieces else ()
        return self._parts

    def _children(self, pieces: list[bytes]) -> tuple[Part, ...]:
        """As many of the pieces as the budget allows."""
        budget, below = self.budget, self.depth + 1
        allowed = budget.parts if self.depth < DEPTH_LIMIT else 0
        if len(pieces) > allowed:
            budget.exceeded = True
            pieces = pieces[:allowed]
        budget.parts -= len(pieces)
        return tuple([Part(piece, below, budget) for piece in pieces])

    def _pieces(self) -> list[bytes]:
        media = self.type
        if media.startswith("multipart/"):
            return _between_boundaries(self.body, self.parameter("boundary"))
        if media in _MESSAGES:
            return [self.content]
        if media in _HEADERS_ONLY:
            return [self.content.strip() + b"\n\n"]
        return []

    def walk(self) -> tuple[Part, ...]:
        """This part and those below it, first things first; an enclosed message is given but not entered."""
        if self._below is None:
            self._below = tuple(self._walked()) if self.type.startswith("multipart/") else ()
        return (self, *self._below)

    def _walked(self) -> list[Part]:
        found = []
        for part in self.parts:
            found.append(part)
            if part.type.startswith("multipart/"):
                found += part.walk()[1:]
        return found

    @property
    def enclosed(self) -> Part | None:
        """The message (or its headers alone) that this part of type message/rfc822 or text/rfc822-headers holds."""
        if self.type not in _MESSAGES and self.type not in _HEADERS_ONLY:
            return None
        return self.parts[0] if self.parts else None

    @property
    def truncated(self) -> bool:
        """Whether something was left out; to know, all of the mail is cut into its parts."""
        waiting = [self]
        while waiting:
            waiting.extend(waiting.pop().parts)
        return self.budget.exceeded


def parse(raw: bytes) -> Part:
    """The mail that ``raw`` holds. Never raises: bytes that are no mail are a mail without headers."""
    text = _with_newlines(raw[:SIZE_LIMIT])
    if text.startswith(_BEFORE):
        text = _from_its_header(text)
    return Part(text, 0, _Budget(PART_LIMIT, len(raw) > SIZE_LIMIT))


def _from_its_header(text: bytes) -> bytes:
    """The mail without what editors and clipboards leave before it; as it is when no header follows."""
    bare = text.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\n")
    start, end, _ = _head_of(bare)
    return bare if end > start else text


def _with_newlines(raw: bytes) -> bytes:
    if b"\r" not in raw:
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _key(name: str) -> str:
    """What stands before a header's value among the headers in lower case."""
    return _KEYS.get(name) or _KEYS.setdefault(name, f"\n{name.lower()}:")


def _head_of(raw: bytes) -> tuple[int, int, int]:
    """Where the headers begin and end, and where the body begins.

    They end at the first empty line; a line among them that is no header is nobody's. Bytes that do not begin with a header
    have none.
    """
    first = _FIRST_HEADER.match(raw)
    if first is None:
        start = raw.find(b"\n") + 1 if raw.startswith(_ENVELOPES) else 0
        return start, start, start + raw.startswith(b"\n", start)
    start = first.start(1)
    end = raw.find(b"\n\n", start)
    if end < 0:
        return start, min(len(raw), start + HEADER_LIMIT), len(raw)
    return start, end if end - start <= HEADER_LIMIT else start + HEADER_LIMIT, end + 2


@lru_cache(maxsize=256)
def _headers(raw: bytes) -> tuple[str, str, str, Mapping[str, str]]:
    """The headers in raw UTF-8 (RFC 6532), a newline before the first and two behind the last; the same in lower case, in which
    they are looked up; and what Content-Type declares. Most parts have the headers that their server gives to every mail's.
    """
    head = f"\n{raw.decode('utf-8', 'replace')}\n\n" if raw else "\n\n"
    if " :" in head and (head.count(" :") > _FEW or _has_spaced_name(head)):
        head = _without_spaces(head)
    lower = head.lower() if head.isascii() else _in_lower_case(head)
    at = lower.find("\ncontent-type:")
    media, parameters = _declared(_value(head, at + 14)[:4000]) if at >= 0 else _UNDECLARED
    return head, lower, media, parameters


def _without_spaces(head: str) -> str:
    """The headers with each colon right behind its name; cut at the blanks and joined, a third of the time of `re.sub`."""
    pieces = _SPACED.split(head, _SPACED_LIMIT)
    pieces[1::2] = [f"{name}:" for name in pieces[1::2]]
    return "".join(pieces)


def _has_spaced_name(head: str) -> bool:
    """Whether a blank before a colon stands behind a name; most stand within a value, or begin a line of one."""
    for sign in (" :", "\t:"):
        at = head.find(sign)
        while at >= 0:
            if head.find(":", head.rfind("\n", 0, at) + 1, at) < 0 and _ends_a_name(head, at):
                return True
            at = head.find(sign, head.find("\n", at))  # no further one of this line comes first in it
    return False


def _ends_a_name(head: str, at: int) -> bool:
    """Whether a name alone stands before a place, on its line or, where that is blank till there, on the one before."""
    end = at
    while end > 0 and head[end - 1] in _BLANK:  # in steps: there may be many blank lines
        low = max(end - _STEP, 0)
        end = low + len(head[low:end].rstrip(_BLANK))
    return end > 0 and not _NO_NAME.intersection(head[head.rfind("\n", 0, end) + 1 : end])


def _in_lower_case(head: str) -> str:
    """The same with ASCII in lower case; all else stays, so that places agree."""
    return head.encode().lower().decode()


def _value(head: str, start: int) -> str:
    """A header's value, its encoded words decoded (RFC 2047)."""
    end = head.find("\n", start)
    text = head[start:end].strip() if head[end + 1] not in _FOLDS else _unfolded(head, start).strip()
    return decode_words(text) if "=?" in text else text


def _unfolded(head: str, start: int) -> str:
    """A value that goes on in lines which begin with a space (RFC 5322 2.2.3)."""
    end = _LAST_LINE.search(head, start)
    value = head[start : end.start() if end else len(head)]
    return value.replace("\n ", " ").replace("\n\t", "\t")


def _between_boundaries(body: bytes, boundary: str) -> list[bytes]:
    """What lies between the delimiter lines (RFC 2046 5.1.1); a missing last delimiter is the end of the body.

    Where the boundary that the headers name does not occur, the first line that looks like one is taken.
    """
    wanted = boundary.rstrip().encode("utf-8", "replace")
    pieces = _cut(body, b"--" + wanted) if wanted else []
    if not pieces:
        guess = _GUESSED_BOUNDARY.search(b"\n" + body)
        pieces = _cut(body, b"--" + guess[1].rstrip(b" \t")) if guess else []
    return pieces


def _cut(body: bytes, delimiter: bytes) -> list[bytes]:
    line = b"\n" + delimiter  # the line end before a delimiter is the delimiter's
    _, *found = (b"\n" + body if body.startswith(delimiter) else body).split(line, _DELIMITER_LIMIT)
    pieces: list[list[bytes]] = []
    for text in found:
        if text.startswith(b"\n"):
            pieces.append([text[1:]])
            continue
        rest, _, piece = text.partition(b"\n")
        sign = rest if rest == b"--" else rest[:100].rstrip(b" \t")
        if sign == b"--":
            break
        if not sign:
            pieces.append([piece])
        elif pieces:
            pieces[-1].append(text)  # another boundary, which begins alike
    return [line.join(piece) for piece in pieces]


def _declared(value: str) -> tuple[str, Mapping[str, str]]:
    """The type and the parameters that a Content-Type gives; those of parts without parts are the same few in most mails."""
    return _parsed(value) if len(value) <= _SHORT else _parsed.__wrapped__(value)


@lru_cache(maxsize=128)
def _parsed(value: str) -> tuple[str, Mapping[str, str]]:
    media, semicolon, _ = value.partition(";")
    given = _PARAMETER.findall(value) if semicolon else []
    return _media(media[:200]), {
        key.lower(): (_unquoted(quoted) if "\\" in quoted else quoted) or bare for key, quoted, bare in reversed(given)
    }


@lru_cache(maxsize=128)
def _media(text: str) -> str:
    match = _TYPE.match(text)
    return match[1].lower() if match else "text/plain"


_UNDECLARED: tuple[str, Mapping[str, str]] = ("text/plain", {})


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _from_base64(body: bytes) -> bytes:
    letters = body.translate(None, _NO_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
