"""Clients of a fault run: one that sends until it is heard, and some that never wanted to send.

client = Client(port, trust)
await client.send("17")        # 250, another code, or 0 when the connection was lost
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import Callable, Coroutine
from random import Random

SECONDS = 20.0
_LOGIN = base64.b64encode(b"\0user\0secret").decode()
_GONE = (OSError, EOFError, TimeoutError, ssl.SSLError)


class Client:
    """One SMTP client with a kept connection; each message has its X-Chaos-Id."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._tls = ssl.create_default_context()
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE  # the certificate is made for this run
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, name: str, *, recipients: int = 1) -> int:
        """Send the message ``name``, whether it was sent before or not; the code of the last answer, or 0."""
        try:
            async with asyncio.timeout(SECONDS):
                if self._writer is None:
                    await self._connect()
                return await self._transaction(name, recipients)
        except _GONE:
            self.close()
            return 0

    def close(self) -> None:
        """Hang up."""
        if self._writer:
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port())
        await self._heard()
        await self._say("EHLO client.bench.example")
        await self._say("STARTTLS")
        await self._writer.start_tls(self._tls)
        await self._say("EHLO client.bench.example")
        if await self._say(f"AUTH PLAIN {_LOGIN}") != 235:
            raise EOFError

    async def _transaction(self, name: str, recipients: int) -> int:
        await self._say("MAIL FROM:<admin@bench.example>")
        for number in range(recipients):
            code = await self._say(f"RCPT TO:<{name}.{number}@dock.example>")
        code = await self._say("DATA")
        if code != 354:
            await self._say("RSET")
            return code
        return await self._say(
            f"From: admin@bench.example\r\nTo: crew@dock.example\r\nMessage-ID: <{name}@bench.example>\r\n"
            f"X-Chaos-Id: {name}\r\n\r\nAhoy {name}\r\n."
        )

    async def _say(self, text: str) -> int:
        assert self._writer
        self._writer.write(text.encode() + b"\r\n")
        return await self._heard()

    async def _heard(self) -> int:
        assert self._reader
        while True:
            line = await self._reader.readuntil(b"\n")
            if line[3:4] != b"-":
                return int(line[:3])


async def loris(port: int, held: asyncio.Event) -> None:
    """A client that says one letter now and then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not held.is_set():
        writer.write(b"E")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(held.wait(), 0.5)
    del reader
    writer.transport.abort()


async def half_open(port: int, held: asyncio.Event) -> None:
    """A client that begins TLS and falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01")
    await held.wait()
    del reader
    writer.transport.abort()


async def silent(port: int, held: asyncio.Event) -> None:
    """A client that connects and says nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await held.wait()
    del reader
    writer.transport.abort()


def garbage(random: Random) -> Callable[[int, asyncio.Event], Coroutine[None, None, None]]:
    """Clients that speak no SMTP."""
    noise = random.randbytes(4096)

    async def talk(port: int, held: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(noise)
        await held.wait()
        del reader
        writer.transport.abort()

    return talk
