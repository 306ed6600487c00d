"""The client's half of an SMTP conversation in the lab: one connection, bounded in size and time.

    async with Dialogue(("127.0.3.1", 40123), source="127.0.1.10", timeout=5) as smtp:
        banner = await smtp.heard()
        await smtp.say("EHLO mta.example")          # Heard(code=250, lines=("250-…", …))

Whoever speaks for SES (``transport``) and for Gmail (``gmail``) uses it. What goes wrong below SMTP is ``Broken``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from types import TracebackType

_LINES = 100
_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?\r?\n", re.DOTALL)
_LIMIT = 4096


class Broken(Exception):
    """The conversation cannot go on: no connection, a time-out, a closed or senseless other side, no TLS."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        """``unreachable``, ``timeout``, ``closed``, ``garbage``, ``certificate`` or ``tls``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One reply: its code, and all its lines as they came, codes included (RFC 5321 4.2.1)."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined by a space."""
        return " ".join(self.lines)

    def offers(self, capability: str) -> bool:
        """Whether a reply to EHLO names the extension (RFC 5321 4.1.1.1)."""
        return any(line[4:].split(" ")[0].upper() == capability for line in self.lines[1:])


class Dialogue:
    """A connection to ``where`` (address, port); ``timeout`` in seconds is for each step. Raises ``Broken``.

    ``tls`` with ``name``: TLS from the first octet, the certificate verified for ``name`` as the context says.
    """

    def __init__(
        self,
        where: tuple[str, int],
        *,
        source: str | None = None,
        timeout: float = 5.0,
        tls: ssl.SSLContext | None = None,
        name: str | None = None,
    ) -> None:
        self._where = where
        self._source = source
        self._timeout = timeout
        self._tls = tls
        self._name = name
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Dialogue:
        address, port = self._where
        local = None if self._source is None else (self._source, 0)
        try:
            async with asyncio.timeout(self._timeout):
                self._streams = await asyncio.open_connection(
                    address,
                    port,
                    limit=_LIMIT,
                    local_addr=local,
                    ssl=self._tls,
                    server_hostname=self._name if self._tls else None,
                )
        except ssl.SSLError as error:
            raise _tls_failure(error) from None
        except TimeoutError:
            raise Broken("timeout", "Connection timed out") from None
        except OSError as error:
            raise Broken("unreachable", error.strerror or str(error)) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._streams is None:
            return
        writer = self._streams[1]
        if kind is not None:
            writer.transport.abort()
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(self._timeout):
                await writer.wait_closed()

    async def heard(self) -> Heard:
        """The next reply."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._read()
        except TimeoutError:
            raise Broken("timeout", "Timed out while waiting for a reply") from None
        except OSError as error:
            raise Broken("closed", str(error) or "Connection reset") from None
        except ValueError:
            raise Broken("garbage", f"A line of more than {_LIMIT} octets") from None

    async def _read(self) -> Heard:
        lines: list[str] = []
        while len(lines) < _LINES:
            line = await self._both()[0].readline()
            match = _LINE.fullmatch(line)
            if match is None or (lines and lines[0][:3] != match[1].decode()):
                raise _senseless(line)
            lines.append(line.rstrip(b"\r\n").decode("ascii", "replace"))
            if match[2] != b"-":
                return Heard(code=int(match[1]), lines=tuple(lines))
        raise Broken("garbage", f"A reply of more than {_LINES} lines")

    async def say(self, line: str) -> Heard:
        """Send one command and hear its reply."""
        if not line.isprintable():
            raise Broken("garbage", f"A command of one line was expected, not {line[:80]!r}")
        await self._send(line.encode("utf-8") + b"\r\n")
        return await self.heard()

    async def message(self, content: bytes) -> Heard:
        """Send a message after DATA's 354, dots stuffed (RFC 5321 4.5.2), and hear the reply."""
        ended = content if content.endswith(b"\r\n") else content + b"\r\n"
        await self._send(re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n")
        return await self.heard()

    async def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Begin TLS after the 220 of STARTTLS."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._both()[1].start_tls(context, server_hostname=name)
        except ssl.SSLError as error:
            raise _tls_failure(error) from None
        except TimeoutError:
            raise Broken("timeout", "Timed out in the TLS handshake") from None
        except OSError as error:
            raise Broken("tls", str(error)) from None

    def _both(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            raise RuntimeError("a dialogue is used within 'async with'")
        return self._streams

    async def _send(self, wire: bytes) -> None:
        writer = self._both()[1]
        try:
            async with asyncio.timeout(self._timeout):
                writer.write(wire)
                await writer.drain()
        except TimeoutError:
            raise Broken("timeout", "Timed out while sending") from None
        except OSError as error:
            raise Broken("closed", str(error) or "Connection reset") from None


def _senseless(line: bytes) -> Broken:
    if not line:
        return Broken("closed", "Connection closed by the server")
    return Broken("garbage", f"Not an SMTP reply: {line[:80]!r}")


def _tls_failure(error: ssl.SSLError) -> Broken:
    kind = "certificate" if isinstance(error, ssl.SSLCertVerificationError) else "tls"
    return Broken(kind, getattr(error, "verify_message", "") or error.reason or str(error))
