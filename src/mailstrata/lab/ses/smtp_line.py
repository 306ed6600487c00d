"""The line under an SMTP session: bytes in, lines and messages out, TLS in between.

line = Line(on_open=begin)                # an asyncio.Protocol, for loop.create_server
await line.read_line(10.0)                # b"EHLO client"; TimeoutError, Closed
await line.read_data(10.0, limit=10**7)    # the message, dots unstuffed; None when it was too long
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

LINE_LIMIT = 12_288
"""Longest command line; RFC 4954 section 4 asks for 12288 octets in AUTH."""
_HIGH = 1 << 20


class Closed(ConnectionError):
    """The other side is gone, or breaks the rules of the line so badly that it is cut off."""


class Line(asyncio.Protocol):
    """One connection, read by a single task."""

    def __init__(self, *, on_open: Callable[[Line], None]) -> None:
        self._on_open: Callable[[Line], None] | None = on_open
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._changed = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._paused = False
        self.is_closed = False
        self.peer = "127.0.0.1"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called again by asyncio when TLS starts."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if peer else self.peer
        if self._on_open is not None:
            begin, self._on_open = self._on_open, None
            begin(self)

    def data_received(self, data: bytes) -> None:
        """Keep ``data`` until the session asks for it; stop reading when it lags behind."""
        self._buffer += data
        if len(self._buffer) > _HIGH and self._transport is not None and not self._paused:
            self._transport.pause_reading()
            self._paused = True
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.is_closed = True
        self._changed.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Let ``drain`` wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let ``drain`` go on."""
        self._writable.set()

    def send(self, data: bytes) -> None:
        """Write bytes, if the connection still stands."""
        if self._transport is not None and not self.is_closed:
            self._transport.write(data)

    def reply(self, text: str) -> None:
        """Write a reply; control characters of a client cannot start a line of their own."""
        safe = "\r\n".join(part.replace("\r", " ").replace("\n", " ") for part in text.split("\r\n"))
        self.send(safe.encode("utf-8", "replace") + b"\r\n")

    async def drain(self) -> None:
        """Wait until the other side has taken most of what was written."""
        await self._writable.wait()

    async def closed(self) -> None:
        """Wait for the end, throwing away what comes."""
        while not self.is_closed:
            self._buffer.clear()
            await self._more()

    def close(self) -> None:
        """Send what is left, then end the connection."""
        if self._transport is not None and not self.is_closed:
            self._transport.close()

    async def start_tls(self, context: ssl.SSLContext, *, timeout: float = 10.0) -> bool:
        """Shake hands as a server; false when the client does not. What came in clear is thrown away."""
        assert self._transport is not None
        self._buffer.clear()
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(
                self._transport, self, context, server_side=True, ssl_handshake_timeout=timeout
            )
        except (OSError, ssl.SSLError, TimeoutError):
            self.close()
            return False
        self._transport = transport
        return transport is not None

    async def read_line(self, timeout: float) -> bytes:
        """The next line without its CRLF. Raises ``TimeoutError``, and ``Closed`` also for a line beyond the limit."""
        async with asyncio.timeout(timeout):
            while (end := self._buffer.find(b"\r\n")) < 0:
                if len(self._buffer) > LINE_LIMIT:
                    self.reply("500 Line too long")
                    raise Closed
                await self._more()
        if end > LINE_LIMIT:
            self.reply("500 Line too long")
            raise Closed
        line = bytes(self._buffer[:end])
        self._take(end + 2)
        return line

    async def read_data(self, timeout: float, *, limit: int) -> bytes | None:
        """The lines up to the single dot, dots unstuffed (RFC 5321 4.5.2); ``None`` when beyond ``limit`` bytes."""
        pieces = bytearray(b"\r\n")  # so that a dot on the first line is found too
        too_long = False
        while True:
            seen = max(0, len(pieces) - 4)
            async with asyncio.timeout(timeout):
                while not self._buffer:
                    await self._more()
            pieces += self._buffer
            self._take(len(self._buffer))
            end = pieces.find(b"\r\n.\r\n", seen)
            if end >= 0:
                self._buffer[:0] = pieces[end + 5 :]
                return None if too_long or end > limit else bytes(pieces[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
            if len(pieces) > limit + 2:
                too_long = True
                del pieces[:-4]

    def _take(self, number: int) -> None:
        del self._buffer[:number]
        if self._paused and len(self._buffer) < _HIGH and self._transport is not None:
            self._transport.resume_reading()
            self._paused = False

    async def _more(self) -> None:
        if self.is_closed:
            raise Closed
        self._changed.clear()
        await self._changed.wait()
