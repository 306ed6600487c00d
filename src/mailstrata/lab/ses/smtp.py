"""SES's SMTP endpoint of one region, on loopback: a STARTTLS port and an implicit TLS port.

    endpoint = SmtpEndpoint(region="us-east-1", ses=ses, iam=iam, tls=context)
    await endpoint.start()
    endpoint.starttls_port, endpoint.tls_port
    await endpoint.inject(Fault.SILENT)          # from now on nobody is greeted
    await endpoint.stop()

A wrong or expired certificate is injected by giving ``endpoint.tls`` another context.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from enum import Enum
from functools import partial

from mailstrata.lab.ses.service import Ses
from mailstrata.lab.ses.smtp_line import Line
from mailstrata.lab.ses.smtp_login import Gatekeeper
from mailstrata.lab.ses.smtp_session import Rules, Session
from mailstrata.lab.ses.surroundings import Authority


class Fault(Enum):
    """What can be wrong with an endpoint."""

    NONE = "none"
    CLOSED = "closed"
    """Nothing listens: connections are refused."""
    SILENT = "silent"
    """The connection opens and no greeting comes."""
    NO_AUTH = "no-auth"
    """``AUTH`` is not offered."""
    BUSY = "busy"
    """Every login ends in ``454 Temporary authentication failure``."""
    GARBAGE = "garbage"
    """Greets with bytes that are no SMTP."""
    ENDLESS = "endless"
    """Greets with a reply that never ends."""


class SmtpEndpoint:
    """Two listening sockets and the sessions behind them; ``host`` is a loopback address."""

    def __init__(
        self,
        *,
        region: str,
        ses: Ses,
        iam: Authority,
        tls: ssl.SSLContext,
        host: str = "127.0.0.1",
        fault: Fault = Fault.NONE,
        rules: Rules | None = None,
        touches_last_used: bool = True,
    ) -> None:
        self.tls = tls
        self.fault = fault
        self._region = region
        self._ses = ses
        self._host = host
        self._rules = rules or Rules()
        self._gatekeeper = Gatekeeper(region=ses.region(region), iam=iam, touches_last_used=touches_last_used)
        self._servers: list[asyncio.Server] = []
        self._reserved: list[socket.socket] = []
        self._sessions: set[asyncio.Task[None]] = set()
        self.starttls_port = 0
        self.tls_port = 0

    async def start(self) -> None:
        """Begin to listen on two ports that the system chooses (the same ones after a ``stop``, while they are free)."""
        first, second = self._bind(self.starttls_port), self._bind(self.tls_port)
        self.starttls_port, self.tls_port = first.getsockname()[1], second.getsockname()[1]
        if self.fault is Fault.CLOSED:
            self._reserved = [first, second]
            return
        loop = asyncio.get_running_loop()
        self._servers = [
            await loop.create_server(partial(self._line, implicit=False), sock=first),
            await loop.create_server(partial(self._line, implicit=True), sock=second),
        ]

    async def inject(self, fault: Fault) -> None:
        """Change the fault of a running endpoint; it keeps its ports. ``Fault.NONE`` heals it."""
        listens = self.fault is not Fault.CLOSED
        self.fault = fault
        if listens is (fault is Fault.CLOSED):
            await self.stop()
            await self.start()

    async def stop(self) -> None:
        """Stop listening and end every session."""
        for server in self._servers:
            server.close()
        for task in tuple(self._sessions):
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        for reserved in self._reserved:
            reserved.close()
        self._servers, self._reserved = [], []

    def _bind(self, port: int) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((self._host, port))
        except OSError:
            bound.close()
            raise
        return bound

    def _line(self, *, implicit: bool) -> Line:
        return Line(on_open=partial(self._open, implicit=implicit))

    def _open(self, line: Line, *, implicit: bool) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(line, implicit=implicit))
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _serve(self, line: Line, *, implicit: bool) -> None:
        try:
            if implicit and not await line.start_tls(self.tls):
                return
            if await self._spoil(line):
                return
            session = Session(
                line=line,
                ses=self._ses,
                region=self._region,
                gatekeeper=self._gatekeeper,
                rules=self._rules,
                tls=self.tls,
                secured=implicit,
                offers_auth=self.fault is not Fault.NO_AUTH,
                busy=self.fault is Fault.BUSY,
            )
            await session.run(crowded=len(self._sessions) > self._rules.connections)
        except ConnectionError:
            return
        finally:
            line.close()

    async def _spoil(self, line: Line) -> bool:
        """Carry out a fault of the greeting; true when the session is over by it."""
        if self.fault is Fault.SILENT:
            await line.closed()
        elif self.fault is Fault.GARBAGE:
            line.send(bytes(range(128, 256)) + b"\r\n")
            await line.closed()
        elif self.fault is Fault.ENDLESS:
            while not line.is_closed:
                line.send(b"220-email-smtp.amazonaws.com\r\n" * 50)
                await line.drain()
                await asyncio.sleep(0.01)
        else:
            return False
        return True
