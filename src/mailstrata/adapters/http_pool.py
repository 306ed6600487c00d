"""Kept connections to one HTTP/1.1 server, for requests that must not be sent twice.

    pool = Pool(Place(host="email.us-east-1.amazonaws.com", port=443, tls=context))
    await pool.post(head, body.pieces())        # Answer
    # raises Unreached: surely not handed over; Lost: handed over, and no answer

A connection that is free stays open, as many as were ever used at once up to ``limit``: the Go relay keeps two, and pays with a
handshake for most of its messages (performance.md 1). The last one given back is taken first, so that those too many grow old.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from mailstrata.adapters.http_answer import Answer, MalformedAnswer, read
from mailstrata.adapters.outbox import Outbox
from mailstrata.adapters.tls_line import TlsLine

_TICK = 0.002
"""Seconds by which a timer may come early: uvloop's clock has milliseconds."""


class Unreached(Exception):
    """The request surely did not arrive whole, so nothing was done."""


class Lost(Exception):
    """The request was handed over whole, and no answer came: whether it was carried out is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server is; ``tls`` is ``None`` for a server without TLS, which is a lab's or a test's."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: to connect, for an answer, and after which a free connection is not used again.

    ``idle`` lies below the time after which AWS closes a silent connection, so that hardly ever a request meets its end.
    """

    connect: float = 5.0
    answer: float = 30.0
    idle: float = 15.0


class Pool:
    """Connections to ``place``, at most ``limit`` of them; who comes when all are taken waits in order."""

    def __init__(self, place: Place, *, limit: int = 256, patience: Patience | None = None) -> None:
        self._place = place
        self._limit = limit
        self._patience = patience or Patience()
        self._free: deque[_Connection] = deque()
        self._open = 0
        self._outbox: Outbox | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.made = 0
        """Connections that were ever made."""

    async def post(self, head: bytes, body: Iterable[bytes]) -> Answer:
        """Send one request and give its answer. Raises ``Unreached`` or ``Lost``."""
        connection = self._fresh() or await self._another()
        kept = False
        try:
            answer = await connection.exchange(head, body, seconds=self._patience.answer)
            kept = answer.kept
        finally:
            self._back(connection, kept=kept)
        return answer

    def close(self) -> None:
        """Close what is free."""
        while self._free:
            self._free.pop().close()

    def _fresh(self) -> _Connection | None:
        while self._free:
            connection = self._free.pop()
            if connection.alive and connection.loop.time() - connection.since < self._patience.idle:
                return connection
            connection.close()
            self._open -= 1
        return None

    async def _another(self) -> _Connection:
        while self._open >= self._limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
            connection = self._fresh()
            if connection:
                return connection
        self._open += 1
        try:
            return await self._connected()
        except BaseException:
            self._open -= 1
            self._wake()
            raise

    async def _connected(self) -> _Connection:
        place = self._place
        if self._outbox is None:
            self._outbox = Outbox(asyncio.get_running_loop())
        connection = _Connection(self._outbox)
        making = asyncio.get_running_loop().create_connection(lambda: self._first(connection), place.host, place.port)
        try:
            async with asyncio.timeout(self._patience.connect):
                await making
                await connection.made
        except TimeoutError as error:
            connection.drop()
            raise Unreached(f"no connection within {self._patience.connect:g} s") from error
        except ssl.SSLCertVerificationError as error:
            raise Unreached(f"its certificate is not trusted: {error.verify_message}") from error
        except OSError as error:
            raise Unreached(f"no connection: {error.strerror or type(error).__name__}") from error
        self.made += 1
        return connection

    def _first(self, connection: _Connection) -> asyncio.Protocol:
        """What a new socket speaks to: TLS, and through it the connection."""
        place = self._place
        return connection.under_tls(place.tls, place.host) if place.tls is not None else connection

    def _back(self, connection: _Connection, *, kept: bool) -> None:
        if kept and connection.alive:
            connection.since = connection.loop.time()
            self._free.append(connection)
        else:
            connection.close()
            self._open -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


class _Connection(asyncio.Protocol):
    """One connection: one request at a time, nothing more is sent before its answer has come."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._plain = True
        self.loop = asyncio.get_running_loop()  # asked for once: each question is a getpid in CPython before 3.12
        self.alive = False
        self.since = 0.0
        self.made: asyncio.Future[None] = self.loop.create_future()
        """Done when requests may be sent."""
        self._shaking: TlsLine | None = None
        self._transport: asyncio.Transport
        self._answer: asyncio.Future[Answer] | None = None
        self._received = b""
        self._room: asyncio.Future[None] | None = None
        self._paused = False
        self._until = 0.0
        self._late: asyncio.TimerHandle | None = None

    def under_tls(self, context: ssl.SSLContext, host: str) -> TlsLine:
        """The protocol for a socket on which TLS begins."""
        self._shaking = TlsLine(
            context, above=self, failed=self._insecure, outbox=self._outbox, server=False, host=host
        )
        return self._shaking

    def drop(self) -> None:
        """Give up a handshake."""
        if self._shaking is not None:
            self._shaking.abort()

    def _insecure(self, error: Exception) -> None:
        self._shaking = None
        if not self.made.done():
            self.made.set_exception(error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance
        self._plain = self._shaking is None
        self._shaking = None
        self.alive = True
        if not self.made.done():
            self.made.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked: whoever speaks now cannot be trusted with the next request
            return
        received = self._received + data if self._received else data
        try:
            answer = read(received)
        except MalformedAnswer as error:
            self._fail(f"what answered does not speak as AWS does: {error.found}")
            return
        self._received = received
        if answer is not None:
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection broke ({type(exc).__name__})" if exc else "the connection was closed")

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        if self._room and not self._room.done():
            self._room.set_result(None)

    def close(self) -> None:
        """Close it without a word."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        if self.alive:
            self.alive = False
            self._transport.abort()

    async def exchange(self, head: bytes, body: Iterable[bytes], *, seconds: float) -> Answer:
        """Send one request, piece by piece as the other side takes it, and wait for the answer."""
        loop = self.loop
        self._received = b""
        self._answer = answer = cast("asyncio.Future[Answer]", loop.create_future())
        self._until = loop.time() + seconds
        if self._late is None:
            self._late = loop.call_at(self._until, self._look, seconds)
        try:
            await self._write(head, body, answer)
            return await answer
        finally:
            self._answer = None

    def _look(self, seconds: float) -> None:
        """Whether the answer is late; one timer goes on through many requests, since to set one costs more than to look."""
        self._late = None
        if self._answer is None:
            return
        if self.loop.time() < self._until - _TICK:
            self._late = self.loop.call_at(self._until, self._look, seconds)
        else:
            self._fail(f"no answer within {seconds:g} s")

    async def _write(self, head: bytes, body: Iterable[bytes], answer: asyncio.Future[Answer]) -> None:
        """Hand the request over; raises ``Unreached`` when that broke off before its last piece."""
        pieces = iter(body)
        self._say(head + next(pieces))
        for piece in pieces:
            self._outbox.flush()  # so that it is known whether the other side takes it
            if self._paused:
                self._room = self.loop.create_future()
                await asyncio.wait((self._room, answer), return_when=asyncio.FIRST_COMPLETED)
            if answer.done():  # it broke, or the server has had enough: an early answer is an answer
                broken = answer.exception()
                if broken:
                    raise Unreached(str(broken))
                self.close()
                return
            self._say(piece)

    def _say(self, data: bytes) -> None:
        if self._plain:
            self._outbox.write(self._transport, data)
        else:
            self._transport.write(data)  # it has the same outbox

    def _fail(self, reason: str) -> None:
        if self.alive:
            self.close()
        if self._answer and not self._answer.done():
            self._answer.set_exception(Lost(reason))
