"""A relay that runs on loopback: real sockets, real TLS, a database in a file; what it would send is kept in a list.

async with running(tmp_path) as relay:
    relay.port, relay.port_tls, relay.trust        # for a client
    relay.kept.offers                              # what was delivered
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import trustme

from mailstrata.adapters import relay_passwords
from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.outbox import Outbox
from mailstrata.adapters.relay_connection import House
from mailstrata.adapters.relay_database import SqliteDatabase
from mailstrata.adapters.relay_journal import Journal
from mailstrata.adapters.relay_logins import Logins
from mailstrata.adapters.relay_metrics import Metrics
from mailstrata.adapters.relay_server import Server
from mailstrata.adapters.relay_sockets import bound
from mailstrata.adapters.relay_tls import RelayTls
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.model.reply import Reply
from mailstrata.relay.admission import Admission
from mailstrata.relay.limits import Limits
from mailstrata.relay.offer import Offer
from mailstrata.relay.policy import Policy
from mailstrata.relay.users import User

NAME = "relay.sailing.example"
PASSWORD = "k7m2q-9xwtd-4hnv8-rs3bc-pzy5g"
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
with contextlib.suppress(ImportError):
    import uvloop

    LOOPS["uvloop"] = uvloop.new_event_loop


@dataclass
class Kept:
    """A delivery that keeps every offer, and answers ``reply`` once the gate is open."""

    reply: Reply = field(default_factory=lambda: Reply(code=250, enhanced="2.0.0", text="Ok 0100018f-1"))
    offers: list[Offer] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    problem: str = ""

    async def deliver(self, offer: Offer) -> Reply:
        """Keep it."""
        self.offers.append(offer)
        self.arrived.set()
        await self.gate.wait()
        return self.reply


@dataclass(kw_only=True)
class Running:
    """The relay and what a client needs."""

    house: House
    server: Server
    kept: Kept
    port: int
    port_tls: int
    trust: ssl.SSLContext
    log: io.BytesIO
    metrics: Metrics
    folder: Path
    clients: list[Client] = field(default_factory=list)

    async def client(self, tls: ssl.SSLContext | None = None, *, implicit: bool = False) -> Client:
        """A client that is connected; with TLS at once where a context is given. It is closed at the end."""
        port = self.port_tls if implicit or tls else self.port
        name = NAME if tls else None
        client = Client(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name))
        self.clients.append(client)
        return client

    async def close_clients(self) -> None:
        """Hang all of them up."""
        for client in self.clients:
            client.writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await client.writer.wait_closed()

    def events(self) -> list[dict[str, Any]]:
        """The log's lines."""
        self.house.journal.flush()
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def certificate(folder: Path, authority: trustme.CA, *names: str) -> None:
    """Put a certificate and its key where the relay looks."""
    leaf = authority.issue_cert(*names)
    leaf.private_key_and_cert_chain_pem.write_to_path(str(folder / "relay.pem"))


def add_user(users: RelayUsers, *, now: datetime, password: str = PASSWORD, senders: Sequence[str] = ()) -> None:
    """ann, who may send as admin@sailing.example."""
    users.add(User(name="ann", senders=tuple(senders or ("admin@sailing.example",)), created=now))
    give_password(users, now=now, password=password)


def give_password(users: RelayUsers, *, now: datetime, password: str = PASSWORD) -> None:
    """Ann gets one more; what she had ends."""
    users.give("ann", relay_passwords.hashed(password), created=now, expires=None, others_end=now)


@contextlib.asynccontextmanager
async def running(
    folder: Path, *, limits: Limits | None = None, admission: Admission | None = None, open_gate: bool = True
) -> AsyncIterator[Running]:
    """Start it, and stop it at the end."""
    clock, authority, metrics, log, kept = SystemClock(), trustme.CA(), Metrics.shared(), io.BytesIO(), Kept()
    certificate(folder, authority, NAME)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    users = RelayUsers(SqliteDatabase(folder / "relay.sqlite3"), steady=time.monotonic)
    add_user(users, now=clock.now())
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    house = House(
        name=NAME,
        limits=limits or Limits(),
        admission=admission or Admission(total=100, per_address=100),
        tls=RelayTls(certificate=folder / "relay.pem"),
        rules=Policy(directory=users, clock=clock),
        logins=Logins(users, clock=clock, steady=time.monotonic),
        users=users,
        delivery=kept,
        journal=Journal(log, clock),
        row=metrics.of(0),
        clock=clock,
        outbox=Outbox(asyncio.get_running_loop()),
    )
    if open_gate:
        kept.gate.set()
    sockets = [*bound("127.0.0.1:0", implicit=False), *bound("127.0.0.1:0", implicit=True)]
    ports = [one.socket.getsockname()[1] for one in sockets]
    server = Server(house)
    await server.open(sockets)
    relay = Running(
        house=house,
        server=server,
        kept=kept,
        port=ports[0],
        port_tls=ports[1],
        trust=trust,
        log=log,
        metrics=metrics,
        folder=folder,
    )
    try:
        yield relay
    finally:
        kept.gate.set()
        await relay.close_clients()
        await server.stop(grace=1.0)
        house.logins.close()
        users.close()


@dataclass
class Client:
    """An SMTP client that writes what it is told."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *lines: str) -> str:
        """Send lines; the last reply's whole text. Without lines, only listen."""
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")
        return await self.heard()

    async def heard(self) -> str:
        """One reply, all its lines."""
        async with asyncio.timeout(10):
            for count in itertools.count():
                line = (await self.reader.readline()).decode()
                if not line or line[3:4] != "-" or count > 50:
                    return line.rstrip("\r\n")
        raise AssertionError("no reply ends")

    async def ended(self) -> bool:
        """Whether the server closes the connection."""
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                return await self.reader.read() == b""
        return True

    async def secure(self, tls: ssl.SSLContext) -> None:
        """STARTTLS."""
        assert (await self.say("STARTTLS")).startswith("220")
        await self.writer.start_tls(tls, server_hostname=NAME)

    async def log_in(self) -> None:
        """EHLO and AUTH."""
        await self.say("EHLO client")
        plain = base64.b64encode(f"\0ann\0{PASSWORD}".encode()).decode()
        assert (await self.say(f"AUTH PLAIN {plain}")).startswith("235")
