"""A living lab: a scenario's whole world on loopback, in one event loop.

    async with Living.of("two-faults") as lab:
        lab.url                      # the AWS endpoint, and under /_lab and /mailboxes the lab's own

Nothing outside is touched: every address lies in 127.0.0.0/8 and every port is the system's choice.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from mailstrata.lab import mailing, scene
from mailstrata.lab.assembly import Hooks, Site, assemble
from mailstrata.lab.aws.wire import AsgiApp
from mailstrata.lab.certificates import Certificates
from mailstrata.lab.clock import LabClock
from mailstrata.lab.control import Control
from mailstrata.lab.dates import moved
from mailstrata.lab.parts import Parts
from mailstrata.lab.scenario import Scenario
from mailstrata.lab.scenario_file import load

ACCOUNT = "123456789012"
"""The lab's AWS account where a scenario names no other."""
_START = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
_PORTS = {"starttls": (25, 587, 2587), "ssl": (465, 2465)}


class Living:
    """One lab. Use ``of``, or ``start`` and ``stop``."""

    def __init__(self, chain: Sequence[Scenario]) -> None:
        self.chain = tuple(chain)
        self.scenario = self.chain[-1]
        self.folder = Path(tempfile.mkdtemp(prefix="mailstrata-lab-"))
        self.port = 0
        self.parts: Parts
        self._doors: dict[str, tuple[str, int]] = {}
        self.sent: list[mailing.SentByApplication] = []
        self._control: Control
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, name: str, *, today: bool = False) -> AsyncIterator[Living]:
        """The lab of a scenario (a shipped name or a file), started; stopped at the end.

        ``today``: all its dates are moved so that it plays now.
        """
        chain = load(name)
        if today:
            now = datetime.now(UTC).replace(microsecond=0)
            chain = tuple(moved(one, now - _end(chain)) for one in chain)
        lab = cls(chain)
        try:
            await lab.start()
            yield lab
        finally:
            await lab.stop()

    @property
    def url(self) -> str:
        """Where AWS is in this world."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen everywhere, make the world as the scenario says, and let its mails be sent."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets it on its own sockets only
        self.port = listener.getsockname()[1]
        self.parts, gate = await self._assembled()
        self._control = Control(self, gate)
        self._server = _Server(self._control)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            await asyncio.sleep(0.005)
        await self._play()

    async def _play(self) -> None:
        for scenario in self.chain:
            await scene.apply(self.parts, scenario)
        for alias in self.parts.aliases.values():
            if alias.region:
                await self.parts.endpoint(alias.region)
        await self.parts.endpoint(self.parts.region)
        self.sent = await mailing.play(self.parts, _end(self.chain))

    async def stop(self) -> None:
        """Close everything and leave no file behind."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            await self._close()
            self._server = self._serving = None
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _close(self) -> None:
        """Stop everything but the HTTP port."""
        await self.parts.ses.settle()
        for endpoint in self.parts.endpoints.values():
            await endpoint.stop()
        await self.parts.recipients.stop()
        await self.parts.dns.stop()

    async def reset(self) -> None:
        """Begin anew, at the same ports."""
        before = self.parts
        await self._close()
        for file in self.folder.glob("ledger*"):
            file.unlink()
        self.parts, self._control.gate = await self._assembled(before)
        await self._play()

    async def inject(self, scenario: Scenario) -> None:
        """Apply a fault to the running world."""
        await scene.apply(self.parts, scenario)

    async def resend(self) -> None:
        """Send the scenario's mails once more."""
        self.sent += await mailing.send_all(self.parts)

    def reach(self, host: str, port: int) -> tuple[str, int] | None:
        """Where ``host:port`` leads in this world, or ``None``: nowhere."""
        return self.hosts().get(f"{host.lower()}:{port}")

    def listen_for(self, host: str, *, starttls: int = 0, tls: int = 0) -> None:
        """Let a host's ports lead to a server that is no part of the lab; without ports, nowhere again."""
        self._doors = {name: door for name, door in self._doors.items() if not name.startswith(f"{host}:")}
        if starttls:
            self._doors |= {f"{host}:{port}": ("127.0.0.1", starttls) for port in _PORTS["starttls"]}
            self._doors |= {f"{host}:{port}": ("127.0.0.1", tls) for port in _PORTS["ssl"]}
            self.parts.registry.publish(host, "A", "127.0.0.1")

    def hosts(self) -> dict[str, tuple[str, int]]:
        """Every submission host and port of this world."""
        found = dict(self._doors)
        for region, endpoint in self.parts.endpoints.items():
            host = f"email-smtp.{region}.amazonaws.com"
            found |= {f"{host}:{port}": ("127.0.0.1", endpoint.starttls_port) for port in _PORTS["starttls"]}
            found |= {f"{host}:{port}": ("127.0.0.1", endpoint.tls_port) for port in _PORTS["ssl"]}
            for port in self.parts.closed_ports.get(region, ()):
                found.pop(f"{host}:{port}", None)
        return found

    @property
    def _beginning(self) -> datetime:
        """Before its first mail, so that every mail has its own time."""
        mails = next((one.mails for one in reversed(self.chain) if one.mails), ())
        moments = [mail.at for mail in mails if mail.at]
        return min([_end(self.chain), *moments]) - timedelta(minutes=1)

    async def _assembled(self, before: Parts | None = None) -> tuple[Parts, AsgiApp]:
        site = Site(
            account=next((one.account for one in reversed(self.chain) if one.account), ACCOUNT),
            clock=LabClock(self._beginning),
            port=self.port,
            certificates=before.certificates if before else Certificates(self.folder),
            before=before,
        )
        hooks = Hooks(connect_to=self.reach, route53_changed=self._route53_changed, feedback=self._feedback)
        return await assemble(site, hooks)

    async def _route53_changed(self) -> None:
        await self.parts.registry.mirror()
        await self.parts.republish()
        await self.parts.ses.recheck()

    async def _feedback(self, mail_from: str, raw: bytes) -> None:
        """SES's own bounce mail goes to the Gmail account that holds the alias which sent."""
        alias = self.parts.aliases.get(mail_from)
        if alias is not None:
            self.parts.gmail.deliver(alias.account, raw)


def _end(chain: Sequence[Scenario]) -> datetime:
    """The moment at which a scenario plays."""
    return next((one.at for one in reversed(chain) if one.at), _START)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the lab ends with whoever runs it."""

    def __init__(self, app: AsgiApp) -> None:
        super().__init__(
            uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1, lifespan="on")
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield
