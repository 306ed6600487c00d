"""One connection of the relay: bytes between a transport and a `relay.session.Session`. It decides nothing."""

from __future__ import annotations

import asyncio
import itertools
import os
import traceback
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import cast

from mailstrata.adapters.outbox import Outbox
from mailstrata.adapters.relay_journal import Journal
from mailstrata.adapters.relay_logins import Logins
from mailstrata.adapters.relay_metrics import Row
from mailstrata.adapters.relay_passwords import without_password
from mailstrata.adapters.relay_tls import RelayTls
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.adapters.tls_line import TlsLine
from mailstrata.model.ports import Clock
from mailstrata.model.reply import Reply
from mailstrata.relay.admission import Admission
from mailstrata.relay.effects import Close, Declined, Effect, Send, StartTls, Verify
from mailstrata.relay.limits import Limits
from mailstrata.relay.offer import Delivery, Offer
from mailstrata.relay.session import Rules, Session

HANDSHAKE = 20.0
"""Seconds that a client has for a TLS handshake."""
LINGER = 10.0
"""Seconds that a client has for taking the last answer."""
_FAILED = Reply(code=451, enhanced="4.3.0", text="Something went wrong in the relay; its operator finds it in the log")


@dataclass(slots=True, kw_only=True)
class House:
    """What the connections of one process share. What stands here may be exchanged while it runs (SIGHUP)."""

    name: str
    limits: Limits
    admission: Admission
    tls: RelayTls
    rules: Rules
    logins: Logins
    users: RelayUsers
    delivery: Delivery
    journal: Journal
    row: Row
    clock: Clock
    outbox: Outbox
    stopping: bool = False
    connections: set[Connection] = field(default_factory=set)
    work: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def number(self) -> str:
        """A name for a session, unlike that of any other."""
        return f"{os.getpid():x}-{next(self._numbers):x}"

    def handshake_failed(self, peer: str, error: Exception) -> None:
        """Count it, and write it down."""
        self.row.add("handshakes_failed")
        words = getattr(error, "reason", None) or str(error) or type(error).__name__
        self.journal.note("handshake failed", peer=peer, error=words)

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Let something go on beside; whoever stops the relay waits for it."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()  # asked for once: each question is a getpid in CPython before 3.12
        task = self._loop.create_task(work)
        self.work.add(task)
        task.add_done_callback(self.work.discard)


class Connection(asyncio.Protocol):
    """One client that was let in; ``leave`` takes it off the count. ``peer`` is its address."""

    def __init__(self, house: House, *, peer: str) -> None:
        self._house = house
        self._peer = peer
        self._transport: asyncio.Transport | None = None
        self._session: Session | None = None
        self._shaking: TlsLine | None = None
        """The line whose handshake is under way."""
        self._paused: set[str] = set()
        self._progress = 0
        self._left = False
        self._loop = asyncio.get_running_loop()  # asked for once: each question is a getpid in CPython before 3.12
        self.deadline = self._loop.time() + min(HANDSHAKE, house.limits.login)
        """When the client has to have gone on (the loop's time)."""
        house.connections.add(self)
        house.row.add("connections")
        house.row.add("open")

    def leave(self) -> None:
        """It is over; no harm when it was before."""
        self._session = self._transport = None
        if not self._left:
            self._left = True
            self._house.admission.leave(self._peer)
            self._house.connections.discard(self)
            self._house.row.add("open", -1)

    def under_tls(self) -> TlsLine:
        """The protocol for a socket where TLS begins now; this one hears of it when the handshake is done."""
        self._shaking = TlsLine(
            self._house.tls.context, above=self, failed=self._insecure, outbox=self._house.outbox, server=True
        )
        return self._shaking

    # What asyncio calls, or the line of TLS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line stands, with TLS if it began so; or STARTTLS is done."""
        self._shaking = None
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        if self._session is None:
            self._begin(_tls_of(self._transport))
        else:
            self._session.secured(_tls_of(self._transport))
            self.deadline = self._loop.time() + self._session.patience

    def data_received(self, data: bytes) -> None:
        """Bytes of the client."""
        session = self._session
        if session is not None:
            self._do(session, session.receive(data))

    def pause_writing(self) -> None:
        """The client does not take its answers: it is not listened to until it does."""
        self._pause("writing")

    def resume_writing(self) -> None:
        """It took them."""
        self._resume("writing")

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whosever wish it was. A message under way is delivered all the same, and is in the ledger."""
        del exc
        self.leave()

    # What the relay calls

    def look(self, now: float) -> None:
        """End a session whose client is late."""
        session = self._session
        if self._shaking is not None:
            if now > self.deadline:
                self.abort()
                self._insecure(TimeoutError("the handshake takes too long"))
            return
        if session is None:
            return
        if session.waiting or session.progress != self._progress:
            self._progress = session.progress
            self.deadline = now + session.patience
        elif now > self.deadline and session.over:  # it does not take our last word
            self.abort()
        elif now > self.deadline:
            self._house.row.add("timed_out")
            self._do(session, session.timed_out())

    def stop(self) -> None:
        """End it unless a message is under way; then when that is done. Nobody waits for a handshake that may never end."""
        if self._shaking is not None:
            self.abort()
        elif self._session is not None:
            self._do(self._session, self._session.stopping())

    def abort(self) -> None:
        """End it now."""
        transport = self._shaking or self._transport
        if transport is not None:
            transport.abort()

    # Effects

    def _begin(self, tls: str) -> None:
        house = self._house
        self._session = Session(
            name=house.name,
            number=house.number(),
            peer=self._peer,
            rules=house.rules,
            clock=house.clock,
            limits=house.limits,
            tls=tls,
        )
        self._do(self._session, self._session.greeting())

    def _do(self, session: Session, effects: list[Effect]) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        for effect in effects:
            if type(effect) is Send:
                transport.write(effect.data)
            else:
                self._start(session, transport, effect)
        if session.waiting and session.crowded:
            self._pause("crowded")

    def _start(self, session: Session, transport: asyncio.Transport, effect: Effect) -> None:
        match effect:
            case Declined():
                self._write_down(effect)
            case Offer():
                self._house.start(self._deliver(session, effect))
            case Verify():
                self._house.start(self._verify(session, effect))
            case StartTls():
                self.deadline = self._loop.time() + HANDSHAKE
                line = self.under_tls()
                transport.set_protocol(line)  # from here on only decrypted bytes arrive
                line.connection_made(transport)
            case Close():
                self.deadline = self._loop.time() + LINGER
                transport.close()

    def _done(self, session: Session, effects: list[Effect]) -> None:
        """After something that was waited for."""
        self._resume("crowded")
        self._do(session, effects)
        if self._house.stopping:
            self.stop()

    async def _deliver(self, session: Session, offer: Offer) -> None:
        house, loop = self._house, self._loop
        began = loop.time()
        house.row.add("in_flight")
        try:
            reply = await house.delivery.deliver(offer)
        except Exception as error:  # noqa: BLE001 - a fault of ours is told to the operator, and the client tries again
            house.journal.note("fault", what=type(error).__name__, where=_where(error), session=offer.session)
            reply = _FAILED
        finally:
            house.row.add("in_flight", -1)
        self._account(offer, reply, loop.time() - began)
        if self._session is session:
            self._done(session, session.answered(reply))

    def _account(self, offer: Offer, reply: Reply, seconds: float) -> None:
        house = self._house
        house.row.took(seconds)
        house.journal.message(offer, reply, seconds=seconds, size=len(offer.message))
        if reply.code < 300:
            house.row.add("messages_accepted")
            house.row.add("recipients", len(offer.recipients))
            house.row.add("bytes", len(offer.message))
            return
        house.row.add(_outcome(reply))
        if offer.refusal is None:
            house.users.give_back(offer.login, len(offer.recipients))

    def _write_down(self, declined: Declined) -> None:
        self._house.row.add(_outcome(declined.reply))
        self._house.journal.message(declined.offer, declined.reply, seconds=0.0, size=declined.size)

    async def _verify(self, session: Session, attempt: Verify) -> None:
        login, reply, secret = await self._house.logins.verify(attempt.username, attempt.password, self._peer)
        result = "login_ok" if login else "login_later" if reply.temporary else "login_wrong"
        self._house.row.add(result)
        if login is None:
            name = without_password(attempt.username)
            self._house.journal.note("login refused", user=name, peer=self._peer, answer=str(reply))
        if self._session is session:
            self._done(session, session.verified(login, reply, secret=secret))

    def _insecure(self, error: Exception) -> None:
        """The handshake failed."""
        if self._shaking is not None:
            self._shaking = None
            self._house.handshake_failed(self._peer, error)
            self.leave()

    def _pause(self, why: str) -> None:
        if self._transport is not None and not self._paused:
            self._transport.pause_reading()
        self._paused.add(why)

    def _resume(self, why: str) -> None:
        if why in self._paused:
            self._paused.discard(why)
            if self._transport is not None and not self._paused:
                self._transport.resume_reading()


def _where(error: Exception) -> list[str]:
    """The places that it came through, the innermost last; no value, which could be a person's."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return [f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]  # noqa: PTH119


def _outcome(reply: Reply) -> str:
    """The counter of messages that were answered so."""
    return "messages_deferred" if reply.temporary else "messages_refused"


def _tls_of(transport: asyncio.Transport) -> str:
    cipher = transport.get_extra_info("cipher")
    return f"{cipher[1]} {cipher[0]}" if cipher else ""
