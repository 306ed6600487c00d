"""One process of the relay from its start to its end: server, metrics, what is looked after beside, signals.

    await Process(plan, metrics=Metrics.shared(), place=0).run(sockets, watch=None)

SIGTERM and SIGINT: accept nobody more, finish messages under way, 421 to everybody else. SIGHUP: read the setup, the
certificate and Google's networks again; sessions that are open go on under what held when they began.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import BinaryIO

from mailstrata.adapters.outbox import Outbox
from mailstrata.adapters.relay_certificate import ends, problems
from mailstrata.adapters.relay_connection import House
from mailstrata.adapters.relay_database import DatabaseUnavailable, opened
from mailstrata.adapters.relay_journal import Journal
from mailstrata.adapters.relay_logins import Logins
from mailstrata.adapters.relay_metrics import Metrics, gauge, label
from mailstrata.adapters.relay_origins import EACH, origins
from mailstrata.adapters.relay_server import Listening, Server
from mailstrata.adapters.relay_tls import RelayTls
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.adapters.relay_watch import Watch
from mailstrata.adapters.smtp_tls import trusting
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.model.errors import Malformed, Refusal
from mailstrata.model.ports import Asker, Clock
from mailstrata.relay.admission import Admission, Origins
from mailstrata.relay.examination import RENEWAL
from mailstrata.relay.limits import Limits
from mailstrata.relay.offer import Delivery
from mailstrata.relay.policy import Policy
from mailstrata.relay.users import DirectoryUnavailable

GRACE = 30.0
"""Seconds that messages under way have when the relay stops."""
_CARE = 10.0
"""Seconds between two looks at the certificate's files, two notes of what was used, and two questions for Google's networks as
long as they are not known, since nobody is let in meanwhile."""
_DAY = 86_400.0
"""Seconds between two warnings of the same certificate, which may end while the relay runs."""
_LASTING = ("listen", "listen_tls", "metrics", "database", "processes", "hosts", "regions", "mode", "configuration_set")
"""Keys of the setup that count from the start of the relay to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a process is made of. ``settings`` reads the setup as it is now; the rest makes what it names."""

    settings: Callable[[], RelaySettings]
    delivery: Callable[[RelaySettings], AbstractAsyncContextManager[Delivery]]
    asker: Callable[[], Asker]
    clock: Clock
    log: BinaryIO
    database: str
    ca_file: str = ""
    """Authorities that count as public besides the machine's own (PEM)."""
    ready: Callable[[], None] = lambda: None
    """Called when everything listens."""


class Process:
    """Runs until it is told to stop. ``place`` is its row of the metrics."""

    def __init__(self, plan: Plan, *, metrics: Metrics, place: int = 0) -> None:
        self._plan = plan
        self._metrics = metrics
        self._place = place
        self._settings = self._begun = RelaySettings(name="")
        self._warned = 0.0
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    async def run(self, sockets: list[Listening], *, watch: socket | None) -> None:
        """Serve. Raises ``Refusal`` for what cannot begin."""
        self._listen_to_signals()
        self._settings = self._begun = settings = self._plan.settings()
        async with contextlib.AsyncExitStack() as stack:
            house = self._house(settings, await stack.enter_async_context(self._plan.delivery(settings)))
            stack.callback(house.users.close)
            stack.callback(house.logins.close)
            stack.callback(house.journal.flush)
            house.admission.origins = await origins(settings.clients, self._plan.asker())
            server = Server(house)
            await server.open(sockets)
            if watch is not None:
                stack.callback((await self._watched(house, watch)).close)
            self._plan.ready()
            house.journal.note("started", name=settings.name)
            self._warn(house, settings)
            await self._until_stopped(house, settings)
            await server.stop(grace=GRACE)
            house.journal.note("stopped")

    def _house(self, settings: RelaySettings, delivery: Delivery) -> House:
        plan = self._plan
        if not settings.certificate:
            raise Refusal("the relay has no certificate", "`certificate` and `key` of [relay] name its PEM files")
        users = RelayUsers(opened(plan.database), steady=time.monotonic)
        return House(
            name=settings.name,
            limits=limits(settings),
            admission=Admission(total=settings.connections, per_address=settings.connections_per_address),
            tls=RelayTls(certificate=_file(settings.certificate), key=_file(settings.key or settings.certificate)),
            rules=Policy(directory=users, clock=plan.clock),
            logins=Logins(users, clock=plan.clock, steady=time.monotonic),
            users=users,
            delivery=delivery,
            journal=Journal(plan.log, plan.clock),
            row=self._metrics.of(self._place),
            clock=plan.clock,
            outbox=Outbox(asyncio.get_running_loop()),
        )

    def _warn(self, house: House, settings: RelaySettings) -> None:
        """Write down what Gmail would not accept of the certificate, which it never says itself, and what ends soon."""
        certificate, key = _file(settings.certificate), _file(settings.key or settings.certificate)
        trust, now = trusting(self._plan.ca_file), self._plan.clock.now()
        self._warned = asyncio.get_running_loop().time()
        end = ends(certificate)
        if end and now < end < now + RENEWAL:
            house.journal.note("certificate", warning=f"it ends on {end:%Y-%m-%d}: renew it")
        with contextlib.suppress(OSError):  # the files changed again; the next look sees them
            for words in problems(certificate, key, settings.name, now=now, trust=trust):
                house.journal.note("certificate", warning=f"Gmail will not accept it: {words}")
        with contextlib.suppress(DatabaseUnavailable):  # then there is a louder complaint
            for user in house.users.all():
                if user.state(now) == "expiring":
                    words = f"its last one ends on {user.ends(now):%Y-%m-%d}: mailstrata relay user rotate {user.name}"
                    house.journal.note("password", user=user.name, warning=words)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)

    async def _until_stopped(self, house: House, settings: RelaySettings) -> None:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CARE):
                    await _first(self._stop, self._reload)
            if self._reload.is_set():
                self._reload.clear()
                self._settings = settings = await self._reloaded(house, settings)
                looked = loop.time()
            elif not house.admission.origins.known or loop.time() - looked > EACH:
                house.admission.origins = await self._origins(house, settings)
                looked = loop.time()
            await self._care(house)

    async def _care(self, house: House) -> None:
        await asyncio.to_thread(house.logins.flush)  # it writes, and the loop does not wait for a disk
        before = house.tls.problem
        if house.tls.refresh():
            house.journal.note("certificate exchanged")
            self._warn(house, self._settings)
        elif asyncio.get_running_loop().time() - self._warned > _DAY:
            self._warn(house, self._settings)
        elif house.tls.problem != before and house.tls.problem:
            house.journal.note("certificate not exchanged", problem=house.tls.problem)

    async def _reloaded(self, house: House, before: RelaySettings) -> RelaySettings:
        """What a new setup says, as far as it can change while the relay runs; a broken one changes nothing."""
        try:
            settings = self._plan.settings()
            tls = RelayTls(certificate=_file(settings.certificate), key=_file(settings.key or settings.certificate))
        except (Refusal, Malformed) as error:
            house.journal.note("not reloaded", problem=str(error))
            return before
        house.tls, house.limits, house.name = tls, limits(settings), settings.name
        house.admission.total, house.admission.per_address = settings.connections, settings.connections_per_address
        house.admission.origins = await self._origins(house, settings)
        kept = [key for key in _LASTING if getattr(settings, key) != getattr(self._begun, key)]
        self._warn(house, settings)
        house.journal.note("reloaded", **({"restart_needed_for": kept} if kept else {}))
        return settings

    async def _origins(self, house: House, settings: RelaySettings) -> Origins:
        return await origins(settings.clients, self._plan.asker(), house.admission.origins)

    async def _watched(self, house: House, watch: socket) -> asyncio.Server:
        def health() -> str:
            return _health(house)

        def metrics() -> str:
            more = [*_passwords(house, self._plan.clock.now()), *_certificate(_file(self._settings.certificate))]
            return self._metrics.text(more)

        return await asyncio.get_running_loop().create_server(
            lambda: Watch(metrics=metrics, health=health), sock=watch, backlog=16
        )


def limits(settings: RelaySettings) -> Limits:
    """The limits of a session as the setup has them."""
    return Limits(size=settings.size, recipients=settings.recipients, idle=settings.idle)


def _file(name: str) -> Path:
    return Path(name).expanduser()


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _health(house: House) -> str:
    if house.stopping:
        return "stopping"
    try:
        house.users.user("")
    except DirectoryUnavailable as error:
        return f"the relay's database: {error}"
    unknown = "" if house.admission.origins.known else "Google's networks are not known yet, so nobody is let in"
    return house.tls.problem or unknown or house.delivery.problem


def _passwords(house: House, now: datetime) -> list[str]:
    """When each user's last password ends, for an alarm; users whose passwords never end are left out."""
    try:
        house.users.user("")
    except DirectoryUnavailable:
        return []
    last = {label("user", user.name): user.ends(now) for user in house.users.all() if not user.revoked}
    values = {user: end.astimezone(UTC).timestamp() for user, end in last.items() if end}
    return gauge("password_ends_timestamp_seconds", "When the last password of a user ends.", values)


def _certificate(file: Path) -> list[str]:
    """When the certificate ends, for an alarm well before."""
    end = ends(file)
    return gauge(
        "certificate_ends_timestamp_seconds", "When the certificate ends.", {"": end.timestamp()} if end else {}
    )
