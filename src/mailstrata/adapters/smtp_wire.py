"""A connection to an SMTP server: lines out, replies in, every step bounded in time and everything that comes in size.

    wire = await SmtpWire.connect(("192.0.2.25", 587), timeout=5.0)
    await wire.reply("banner")                       # ServerReply(code=220, ...)
    await wire.command("EHLO [192.0.2.1]")
    await wire.start_tls(context, "email-smtp.us-east-1.amazonaws.com")
    await wire.close()

Whatever a server can do wrong raises ``Broken`` with a sentence for a person. A line that was written is never in it.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from typing import cast

from mailstrata.adapters.smtp_conversation import Garbled, ReplyReader, ServerReply

_LINGER = 0.5
"""Seconds that the orderly end of a connection may take before it is cut."""
_PIECE = 8
"""Characters of a secret in a row that are not shown."""
_VEIL = "(the server repeats what it was told in confidence)"
_OURS = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL, errno.EMFILE})
_PLAIN = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")
_VERSIONS = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "VERSION_TOO_LOW", "NO_PROTOCOLS_AVAILABLE")


class Broken(Exception):
    """The conversation ended here.

    ``ours``: this machine could not even begin it, which says nothing of the server; ``late``: nothing came in time.
    """

    def __init__(self, failure: str, *, ours: bool = False, late: bool = False) -> None:
        super().__init__(failure)
        self.ours = ours
        self.late = late


class SmtpWire(asyncio.Protocol):
    """One connection. Made by ``connect``; ``timeout`` are the seconds that each step may take."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._transport: asyncio.Transport | None = None
        self._reader = ReplyReader()
        self._stirred = asyncio.Event()
        self._lost = asyncio.Event()
        self._failure = ""
        self._secret: set[str] = set()
        self.own_address = ""

    @classmethod
    async def connect(cls, target: tuple[str, int], *, timeout: float) -> SmtpWire:
        """Connect to an address and port."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, wire = await loop.create_connection(lambda: cls(timeout), *target)
        except TimeoutError:
            raise Broken(f"the connection timed out after {timeout:g} s", late=True) from None
        except ConnectionRefusedError:
            raise Broken("connection refused") from None
        except OverflowError:
            raise Broken(f"there is no port {target[1]}") from None
        except OSError as error:
            reason = f"the connection failed ({error.strerror or 'network error'})"
            raise Broken(reason, ours=error.errno in _OURS) from None
        return wire

    @property
    def alive(self) -> bool:
        """Whether something can still be said and heard."""
        return self._transport is not None and not self._failure

    async def reply(self, what: str, *, seconds: float | None = None) -> ServerReply:
        """The next reply; ``what`` says in a message what was waited for, at most ``seconds``."""
        limit = seconds or self._timeout
        try:
            async with asyncio.timeout(limit):
                return await self._next()
        except TimeoutError:
            raise Broken(f"no {what} in {limit:g} s", late=True) from None

    async def command(self, line: str, *, name: str = "") -> ServerReply:
        """Say ``line`` and give what is answered. ``name`` stands for it in messages; by default its first word."""
        verb = name or line.split(maxsplit=1)[0]
        if not self._reader.idle:  # RFC 5321 4.3.1: who is asked answers, and nobody else
            reply = await self.reply(f"answer to {verb}")
            if reply.code == 421:
                return reply
            raise Broken(f"the server spoke before it was asked: {reply}")
        self.say(line)
        return await self.reply(f"answer to {verb}")

    async def _next(self) -> ServerReply:
        while True:
            reply = self._reader.take()
            if reply is not None:
                return ServerReply(code=reply.code, lines=tuple(self._veiled(line) for line in reply.lines))
            if self._failure:
                raise Broken(self._veiled(self._failure))
            self._stirred.clear()
            await self._stirred.wait()

    def keep_secret(self, *texts: str) -> None:
        """Show nothing in which the server repeats a piece of these."""
        folded = [text.casefold() for text in texts]
        pieces = {text[at : at + _PIECE] for text in folded for at in range(max(1, len(text) - _PIECE + 1))}
        self._secret |= pieces - {""}

    def say(self, line: str) -> None:
        """Send a line and wait for nothing."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line.encode("utf-8", "surrogateescape") + b"\r\n")

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go over to TLS with the server that should be ``host``. ``ssl.SSLCertVerificationError`` passes through."""
        if not self._reader.idle:  # RFC 3207 6: what came in clear must not be taken as said under TLS
            raise Broken("the server went on in clear after STARTTLS: somebody may stand between")
        loop, plain = asyncio.get_running_loop(), self._transport
        if plain is None or self._failure:
            raise Broken(self._failure or "the server closed the connection")
        try:
            async with asyncio.timeout(self._timeout):
                self._transport = await loop.start_tls(
                    plain, self, context, server_hostname=host.rstrip("."), ssl_shutdown_timeout=_LINGER
                )
        except OSError as error:
            self._transport, self._failure = None, "the TLS handshake failed"
            plain.abort()
            raise _handshake(error, self._timeout) from None

    @property
    def tls(self) -> ssl.SSLObject:
        """The TLS session, once there is one."""
        assert self._transport is not None, "asked for TLS before it began"
        return cast("ssl.SSLObject", self._transport.get_extra_info("ssl_object"))

    async def close(self) -> None:
        """End the connection: orderly if that is quick, else by force."""
        transport = self._transport
        if transport is not None:
            transport.close()
            await self._end(transport)
        await asyncio.sleep(0)  # a cut connection closes in the loop's next turn

    async def _end(self, transport: asyncio.Transport) -> None:
        try:
            async with asyncio.timeout(_LINGER):
                await self._lost.wait()
        except TimeoutError:
            return
        finally:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The way to the server is there (also when TLS has begun)."""
        self._transport = cast("asyncio.Transport", transport)
        own = transport.get_extra_info("sockname")
        self.own_address = f"[IPv6:{own[0]}]" if ":" in own[0] else f"[{own[0]}]"  # RFC 5321 4.1.3

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if self._failure:
            return
        try:
            self._reader.feed(data)
        except Garbled as garbled:
            self._fail(str(garbled))
            if self._transport is not None:
                self._transport.abort()
        self._stirred.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing will come any more."""
        self._fail("the server closed the connection" if exc is None else "the server reset the connection")
        self._transport = None
        self._lost.set()
        self._stirred.set()

    def _veiled(self, text: str) -> str:
        folded = text.casefold()
        return _VEIL if any(piece in folded for piece in self._secret) else text

    def _fail(self, failure: str) -> None:
        self._failure = self._failure or failure


def _handshake(error: OSError, timeout: float) -> Exception:
    """What to raise for an error of the handshake: in words, but for a refused certificate, which is judged elsewhere."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error
    if isinstance(error, ssl.SSLError):
        return Broken(_in_words(error.reason or ""))
    if isinstance(error, TimeoutError):
        return Broken(f"no TLS handshake in {timeout:g} s", late=True)
    return Broken("the server closed the connection in the TLS handshake")


def _in_words(reason: str) -> str:
    if any(word in reason for word in _PLAIN):
        return "the server does not speak TLS here"
    if any(word in reason for word in _VERSIONS):
        return "the server knows no TLS version that is still safe (1.2 or 1.3)"
    return f"the TLS handshake failed: {reason.lower().replace('_', ' ') or 'no reason given'}"
