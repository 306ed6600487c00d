"""The spool: mails that the relay answers for, tried again until they are sent or given up.

    spool = Spool(dispatch)
    spool.start()
    spool.kick()                # something new is in it

A mail is taken with a lease, and handed over by a second conditional change. So of several processes one tries it, a process
that dies between the two has not sent it, and one that dies after the second leaves it *unsettled*: it is not tried again
before SES's events or the operator have said that it was not sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from mailstrata.adapters.relay_database import DatabaseUnavailable
from mailstrata.adapters.relay_dispatch import Dispatch, now
from mailstrata.model.relaying import Ending, Spooled, State
from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted
from mailstrata.relay.delivery import LATE, Step, decide
from mailstrata.relay.retry import next_try

log = logging.getLogger("mailstrata.relay")

AT_ONCE = 16
LEASE = 600_000
"""Milliseconds within which a taken mail is handed over."""
LOOK = 30.0
"""Seconds after which the spool is looked into, whoever else may have put something in."""
TIDY = 600.0
"""Seconds between two looks for fingerprints that are old enough to be forgotten."""


class Spool:
    """Works on the spool in the background, from ``start`` to ``stop``."""

    def __init__(self, dispatch: Dispatch, *, lease: int = LEASE) -> None:
        self._dispatch = dispatch
        self._ledger = dispatch.ledger
        self._lease = lease
        self._kicked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._worked()), asyncio.create_task(self._tidied())]

    async def stop(self) -> None:
        """End when the mails under way have their outcome."""
        self._stopping = True
        self._kicked.set()
        worker, tidier = self._tasks
        tidier.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await tidier
        await worker

    def kick(self) -> None:
        """Look now whether something is due."""
        self._kicked.set()

    async def _worked(self) -> None:
        while not self._stopping:
            self._kicked.clear()
            try:
                wait = await self.round()
            except DatabaseUnavailable as error:
                log.error("the spool cannot be read: %s", error)  # noqa: TRY400 - the next look may find it well
                wait = LOOK
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._kicked.wait(), wait)

    async def _tidied(self) -> None:
        while True:
            with contextlib.suppress(DatabaseUnavailable):
                await self._ledger.forget(now() - self._dispatch.habits.window)
            await asyncio.sleep(TIDY)

    async def round(self) -> float:
        """Try what is due; gives the seconds until the next mail is."""
        mails = await self._ledger.claim(limit=AT_ONCE, lease=self._lease)
        await asyncio.gather(*(self._tried(mail) for mail in mails))
        due = await self._ledger.next_due()
        return LOOK if due is None else min(max((due - now()) / 1000, 0.01), LOOK)

    async def _tried(self, mail: Spooled) -> None:
        try:
            await self._try(mail)
        except DatabaseUnavailable as error:
            log.error("row %d of the spool: %s", mail.row.id, error)  # noqa: TRY400 - it stays as it stands

    async def _try(self, mail: Spooled) -> None:
        row = mail.row
        go = not self._stopping and await self._dispatch.turn(row.entry)
        if not await self._ledger.hand(mail):
            return
        if not go:
            await self._again(mail, LATE, tries=1)
            return
        outcome, verdict = await self._dispatch.send(row.id, row.entry, (mail.message,))
        step = decide(outcome, verdict, mode=self._dispatch.habits.mode, promised=True)
        if isinstance(outcome, Accepted):
            reply = str(verdict.reply)
            ending = Ending(state=State.ACCEPTED, ses_id=outcome.id, region=outcome.region, reply=reply)
            await self._ledger.done(row.id, ending)
        elif step is Step.KEEP:
            await self._again(mail, verdict.reply, tries=row.tries + 1)
        elif step is Step.CONCEDE:
            await self._dispatch.concede(row, (mail.message,), verdict.reply)
        else:
            log.warning("row %d is unsettled: %s", row.id, verdict.reply)

    async def _again(self, mail: Spooled, reply: Reply, *, tries: int) -> None:
        row, give_up = mail.row, self._dispatch.habits.give_up
        due = next_try(tries=tries, since=row.entry.at, now=now(), row=row.id, give_up=give_up)
        if due is None:
            await self._dispatch.concede(row, (mail.message,), reply)
        else:
            await self._ledger.put_off(row.id, due=due, reply=str(reply))
