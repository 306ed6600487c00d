r"""One answer of an HTTP/1.1 server, read from bytes as they come (RFC 9112): bounded, without a library's cost.

    read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")       # Answer(status=200, …, body=b"{}")
    read(b"HTTP/1.1 200 OK\r\nContent-Le")                        # None: not whole yet
    read(b"220 mail.example ESMTP")                               # raises MalformedAnswer

For answers to POST only, which always have a body of a known length or in chunks.
"""

from __future__ import annotations

import re

from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass, maker

LIMIT = 64 * 1024
"""Bytes of an answer, head and all. SES's have some hundred."""

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: |\r)")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r\n")


class MalformedAnswer(Malformed):
    """What came is no answer of an HTTP/1.1 server, or one without an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, head and body. ``kept``: the connection may carry another request."""

    status: int
    head: bytes
    body: bytes
    kept: bool

    def header(self, name: str) -> str:
        """The value of a field of the head; empty when it is not there."""
        found = re.search(rb"\r\n%b:[ \t]*([^\r\n]*)" % re.escape(name.encode()), self.head, re.IGNORECASE)
        return found[1].decode("latin-1").strip() if found else ""


_answer = maker(Answer)


def read(received: bytes) -> Answer | None:
    """The answer, or ``None`` while it is not whole. Raises ``MalformedAnswer``."""
    status = 0
    while status < 200:  # behind the interim ones (RFC 9110 15.2), of which `LIMIT` bounds the number
        end = received.find(b"\r\n\r\n")
        status = _check(received, whole=end >= 0)
        if end < 0:
            return None
        head, received = received[: end + 2], received[end + 4 :]
    body = _body(head, received)
    if body is None:
        return None
    kept = head[7:8] == b"1" and not _CLOSE.search(head)
    return _answer(status=status, head=head, body=body, kept=kept)


def _check(received: bytes, *, whole: bool) -> int:
    found = _STATUS.match(received)
    if found:
        if len(received) > LIMIT:
            raise MalformedAnswer("HTTP answer", f"more than {LIMIT} bytes", "a short answer of an AWS API")
        return int(found[2])
    if whole or len(received) > 16 or not b"HTTP/1.1 ".startswith(received[:9]):
        raise MalformedAnswer("HTTP answer", repr(received[:40]), "a status line such as HTTP/1.1 200 OK")
    return 0


def _body(head: bytes, rest: bytes) -> bytes | None:
    length = _LENGTH.search(head)
    if length:
        size = int(length[1])
        if size > LIMIT:
            raise MalformedAnswer("HTTP answer", f"a body of {size} bytes", f"at most {LIMIT}")
        return rest[:size] if len(rest) >= size else None
    if _CHUNKED.search(head):
        return _joined(rest)
    raise MalformedAnswer("HTTP answer", "no length of its body", "Content-Length, or Transfer-Encoding: chunked")


def _joined(rest: bytes) -> bytes | None:
    """A body in chunks (RFC 9112 7.1); trailer fields are not waited for beyond their empty line."""
    parts: list[bytes] = []
    position = 0
    while True:
        found = _CHUNK.match(rest, position)
        if not found:
            if b"\r\n" in rest[position : position + 300]:
                raise MalformedAnswer("HTTP answer", repr(rest[position : position + 20]), "the size of a chunk")
            return None
        size = int(found[1], 16)
        if size == 0:
            ended = rest.startswith(b"\r\n", found.end()) or b"\r\n\r\n" in rest[found.end() :]
            return b"".join(parts) if ended else None
        if len(rest) < found.end() + size + 2:
            return None
        parts.append(rest[found.end() : found.end() + size])
        position = found.end() + size + 2
