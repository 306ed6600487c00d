"""The pace of sending, with a clock: whoever wants to hand a mail to SES asks for a turn.

    pace = SendPace(Pacer())
    turn = pace.ask(Ticket(user="ann", recipients=1))      # None: go
    if turn and not await pace.granted(turn, patience=60): ...       # it took too long
    pace.watch(aws, "us-east-1")                            # the account's live rate, now and then

Relay and campaigns share one object, so that together they stay below the account's rate.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from mailstrata.model.observation import Seen
from mailstrata.relay.pacer import Pacer, Ticket

if TYPE_CHECKING:
    from mailstrata.adapters.aws import Aws

log = logging.getLogger("mailstrata.relay")

EACH = 900.0
"""Seconds between two questions for the account's rate: GetAccount is one call a second for all programs (facts.md B1)."""

Turn = tuple[Ticket, "asyncio.Future[None]"]


class SendPace:
    """Turns by ``pacer``, in one event loop."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self._turns: dict[Ticket, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def rate(self) -> float:
        """Recipients a second at the moment."""
        return self._pacer.rate

    def ask(self, ticket: Ticket) -> Turn | None:
        """A turn to wait for with ``granted``; ``None`` when it may go at once."""
        loop = self._running()
        if self._pacer.ask(ticket, loop.time()):
            return None
        future: asyncio.Future[None] = loop.create_future()
        self._turns[ticket] = future
        self._set_timer()
        return ticket, future

    def _running(self) -> asyncio.AbstractEventLoop:
        """The loop, asked for once: each question is a getpid in CPython before 3.12."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    async def granted(self, turn: Turn, *, patience: float) -> bool:
        """Wait for a turn; ``False`` after ``patience`` seconds, and the place in the queue is given up."""
        ticket, future = turn
        try:
            async with asyncio.timeout(patience):
                await future
        except TimeoutError:
            return False
        else:
            return True
        finally:
            if self._turns.pop(ticket, None):
                self._pacer.withdraw(ticket)

    def throttled(self) -> None:
        """SES wants it slower."""
        self._pacer.throttled(asyncio.get_running_loop().time())

    def limit(self, most: float) -> None:
        """The account's rate, in recipients a second."""
        self._pacer.limit(most, asyncio.get_running_loop().time())

    def watch(self, aws: Aws, region: str, *, each: float = EACH) -> None:
        """Ask for the account's rate now and again every ``each`` seconds, until ``stop``."""
        self._watching = asyncio.create_task(self._watched(aws, region, each))

    def stop(self) -> None:
        """Ask no more."""
        if self._watching:
            self._watching.cancel()
        if self._timer:
            self._timer.cancel()

    async def _watched(self, aws: Aws, region: str, each: float) -> None:
        from mailstrata.adapters.aws_faults import Call

        while True:
            call = Call(service="sesv2", operation="GetAccount", region=region)
            seen = await aws.ask(call, _rate)
            if isinstance(seen, Seen):
                self.limit(seen.value)
            else:
                log.warning(
                    "the account's sending rate is not known, so SES itself has to say when it is too much: %s", seen
                )
            await asyncio.sleep(each)

    def _set_timer(self) -> None:
        loop = asyncio.get_running_loop()
        if self._timer:
            self._timer.cancel()
        wait = self._pacer.wait(loop.time())
        self._timer = None if wait is None else loop.call_later(max(wait, 0.001), self._grant)

    def _grant(self) -> None:
        for ticket in self._pacer.granted(asyncio.get_running_loop().time()):
            future = self._turns.pop(ticket, None)
            if future and not future.done():
                future.set_result(None)
        self._set_timer()


def _rate(answer: Any) -> float:
    """``SendQuota.MaxSendRate``; raises ``ValueError`` for one that nobody could send at."""
    rate = float(answer["SendQuota"]["MaxSendRate"])
    if not 0 < rate < 1_000_000:
        raise ValueError(rate)
    return rate
