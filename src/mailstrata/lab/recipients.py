"""The recipients' servers of the lab: real SMTP on loopback, that authenticate and answer as their providers do.

recipients = Recipients(zones=zones, clock=clock, ids=ids)
house = House.of("dock-example.mail.protection.outlook.com", domains=("dock.example",), voice="exchange-online")
recipients.add(house, address="127.0.3.1").policy.add_mailbox("crew@dock.example")
await recipients.start()
recipients.reach["dock-example.mail.protection.outlook.com"]      # ("127.0.3.1", 40123)
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import cast

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.receiver_policy import Accepted, House, Mailbox, ReceiverPolicy, Visit
from mailstrata.lab.receiver_session import Close, Effect, FallSilent, ReceiverLimits, ReceiverSession, Say, Secure
from mailstrata.lab.zones import Zones

_CONNECTIONS = 200


class RecipientServer:
    """One recipient's server at ``address``; ``port`` is the system's choice. ``tls``: offer STARTTLS with it."""

    def __init__(
        self,
        policy: ReceiverPolicy,
        *,
        address: str,
        tls: ssl.SSLContext | None = None,
        limits: ReceiverLimits | None = None,
    ) -> None:
        self.policy = policy
        self.address = address
        self.port = 0
        self.tls = tls
        self.limits = limits or ReceiverLimits()
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    async def start(self) -> None:
        """Listen, after a stop on the same port. Raises ``OSError`` if the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self.address, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every connection."""
        if self._server is None:
            return
        self._server.close()
        tasks = [task for connection in tuple(self.connections) if (task := connection.abort()) is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None
        await asyncio.sleep(0)  # aborted transports close in the loop's next turn


class Recipients:
    """All recipients' servers. ``accepted`` hears of every message that reaches an inbox."""

    def __init__(self, *, zones: Zones, clock: LabClock, ids: Ids, accepted: Accepted | None = None) -> None:
        self.servers: list[RecipientServer] = []
        self.reach: dict[str, tuple[str, int]] = {}
        """Where each host name of a started server listens: (address, port)."""
        self._zones = zones
        self._clock = clock
        self._ids = ids
        self._accepted = accepted

    def add(
        self,
        house: House,
        *,
        address: str,
        tls: ssl.SSLContext | None = None,
        limits: ReceiverLimits | None = None,
    ) -> RecipientServer:
        """One more server; it listens from ``start`` on. Its MX and address records are the caller's to publish."""
        policy = ReceiverPolicy(house, zones=self._zones, clock=self._clock, ids=self._ids, accepted=self._accepted)
        server = RecipientServer(policy, address=address, tls=tls, limits=limits)
        self.servers.append(server)
        return server

    async def start(self) -> None:
        """Start every server that does not run yet."""
        for server in self.servers:
            if not server.running:
                await server.start()
            self.reach |= dict.fromkeys(server.policy.house.hosts, (server.address, server.port))

    async def stop(self) -> None:
        """Stop every server."""
        for server in self.servers:
            await server.stop()
        self.reach.clear()

    def mailbox(self, address: str) -> Mailbox | None:
        """The mailbox of ``address`` on whichever server has it."""
        boxes = (server.policy.mailboxes.get(address.lower()) for server in self.servers)
        return next((box for box in boxes if box is not None), None)

    def mailbox_exists(self, address: str) -> bool | None:
        """Whether the address exists, for SES's address insights; ``None``: nobody can tell."""
        known = (server.policy.knows(address) for server in self.servers)
        return next((answer for answer in known if answer is not None), None)


class _Connection(asyncio.Protocol):
    """Carries out what a session decides."""

    def __init__(self, server: RecipientServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._session: ReceiverSession | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._upgrade: asyncio.Task[None] | None = None
        self._silent = False
        self._early = bytearray()
        """What came in while TLS was being set up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        ip = self._transport.get_extra_info("peername")[0]
        server = self._server
        if len(server.connections) >= _CONNECTIONS:
            self._say(server.policy.say("too-many-connections", Visit(ip=ip)).wire())
            self._transport.close()
            return
        server.connections.add(self)
        self._session = ReceiverSession(server.policy, ip=ip, tls_offered=server.tls is not None, limits=server.limits)
        self._carry_out(self._session.begin())
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._session is None or self._silent:
            return
        if self._upgrade is not None:
            self._early += data
            return
        self._wait()
        self._carry_out(self._session.receive(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def abort(self) -> asyncio.Task[None] | None:
        """Cut the connection; the task of a TLS handshake that was under way is returned to be awaited."""
        if self._upgrade is not None:
            self._upgrade.cancel()
        if self._transport is not None:
            self._transport.abort()
        return self._upgrade

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        wire = b"".join(effect.reply.wire() for effect in effects if isinstance(effect, Say | Secure))
        self._say(wire)
        for effect in effects:
            if isinstance(effect, Close) and self._transport is not None:
                self._transport.close()
            elif isinstance(effect, FallSilent):
                self._silent = True
            elif isinstance(effect, Secure):
                self._upgrade = asyncio.get_running_loop().create_task(self._start_tls())

    async def _start_tls(self) -> None:
        context, plain = self._server.tls, self._transport
        if context is None or plain is None or self._session is None:
            return
        patience = self._server.limits.idle
        self._early.clear()  # RFC 3207 6: what was said in plain text does not count
        try:
            self._transport = await asyncio.get_running_loop().start_tls(
                plain, self, context, server_side=True, ssl_handshake_timeout=patience
            )
        except (OSError, ssl.SSLError):
            plain.abort()
            return
        self._session.secured()
        self._upgrade = None
        if self._early:
            self.data_received(bytes(self._early))

    def _say(self, wire: bytes) -> None:
        if wire and self._transport is not None and not self._transport.is_closing():
            self._transport.write(wire)

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._server.limits.idle, self._give_up)

    def _give_up(self) -> None:
        if self._session is not None and not self._silent and self._upgrade is None:
            self._carry_out(self._session.idle())
        elif self._transport is not None:
            self._transport.abort()
