"""The body of a ``SendEmail`` request with raw content, written by hand in one pass: JSON around base64.

    body = Body(outgoing)
    body.digest()               # the SHA-256 that the signature needs, in hexadecimal
    body.length
    b"".join(body.pieces())     # {"FromEmailAddress":"…","Destination":{…},"Content":{"Raw":{"Data":"…"}}}

A message is encoded once and kept. A large one is encoded twice, piece by piece, for the digest and on its way out, so that a
mail of 30 MB never stands in memory as 40 MB of base64 beside itself.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from functools import partial
from hashlib import sha256

import msgspec

from mailstrata.model.sending import Outgoing

try:
    from pybase64 import b64encode
except ImportError:  # the extra `relay` is not installed; the standard library takes fifteen times as long
    b64encode = partial(b2a_base64, newline=False)

LARGE = 4 * 1024 * 1024
"""Bytes from which a message is encoded twice."""
SMALL = 128 * 1024
"""Bytes up to which it is sent in one piece."""
_PIECE = 3 * 32 * 1024
"""A multiple of three, so that base64 of the pieces is base64 of the whole (RFC 4648 4)."""
_END = b'"}}}'

_encoded = msgspec.json.Encoder().encode


class _Destination(msgspec.Struct):
    ToAddresses: tuple[str, ...]


class _Tag(msgspec.Struct):
    Name: str
    Value: str


class _Request(msgspec.Struct, omit_defaults=True):
    """The members of the request beside its content; an option that is not given is not there."""

    Destination: _Destination
    FromEmailAddress: str = ""
    EmailTags: tuple[_Tag, ...] = ()
    ConfigurationSetName: str = ""


class Body:
    """The body for ``outgoing``."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._message = outgoing.message
        self._start = _start(outgoing)
        size = outgoing.size
        self.length = len(self._start) + (size + 2) // 3 * 4 + len(_END)
        self._large = size >= LARGE
        self._kept = () if self._large else tuple(_kept(self._message, size))

    def digest(self) -> str:
        """SHA-256 of all pieces, in hexadecimal. For a large message it takes its time: call it in a thread."""
        digest = sha256(self._start)
        for piece in _base64(self._message) if self._large else self._kept:
            digest.update(piece)
        digest.update(_END)
        return digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """The body from its start; it can be gone through again for another try."""
        if len(self._kept) == 1:
            yield b"".join((self._start, self._kept[0], _END))
            return
        yield self._start
        yield from _base64(self._message) if self._large else self._kept
        yield _END


def _start(outgoing: Outgoing) -> bytes:
    """All up to the base64. The raw content comes last, so that what was large is never searched through."""
    request = _Request(
        Destination=_Destination(outgoing.recipients),
        FromEmailAddress=outgoing.sender,
        EmailTags=tuple(_Tag(name, value) for name, value in outgoing.tags),
        ConfigurationSetName=outgoing.configuration_set,
    )
    return _encoded(request)[:-1] + b',"Content":{"Raw":{"Data":"'


def _kept(message: tuple[bytes | memoryview, ...], size: int) -> Iterator[bytes]:
    if size > SMALL:
        return _base64(message)
    return iter((b64encode(b"".join(message)),))


def _base64(message: tuple[bytes | memoryview, ...]) -> Iterator[bytes]:
    """Base64 of pieces that follow each other, without ever joining them whole."""
    rest = b""
    for part in message:
        view = memoryview(part)
        taken = min(-len(rest) % 3 if rest else 0, len(view))
        if rest:
            rest += bytes(view[:taken])
            if len(rest) % 3:
                continue
            yield b64encode(rest)
        whole = taken + (len(view) - taken) // 3 * 3
        for start in range(taken, whole, _PIECE):
            yield b64encode(view[start : min(start + _PIECE, whole)])
        rest = bytes(view[whole:])
    if rest:
        yield b64encode(rest)
