"""The delivery of offered mails: a durable row, one try, its outcome, and then the answer (design, rule 4).

    delivery = RelayDelivery(dispatch, spool, keys)
    await delivery.deliver(offer)          # 250 2.0.0 Ok 0100019a…-000000

What it decides stands in ``relay.delivery``; here it is carried out. ``deliver`` is not to be cancelled once it has begun: a
mail that was handed over would stay without outcome.
"""

from __future__ import annotations

import asyncio
import logging

from mailstrata.adapters.relay_database import DatabaseUnavailable
from mailstrata.adapters.relay_dispatch import Dispatch, now
from mailstrata.adapters.relay_spool import Spool
from mailstrata.adapters.ses_keys import KeyChain
from mailstrata.model.relaying import Ending, Entry, Row, State
from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted, Outcome
from mailstrata.model.values import maker
from mailstrata.relay import delivery as decisions
from mailstrata.relay.answers import Verdict
from mailstrata.relay.delivery import FULL, LATE, NO_LEDGER, Mode, Step
from mailstrata.relay.message import Prepared, prepare
from mailstrata.relay.offer import Offer
from mailstrata.relay.retry import next_try

log = logging.getLogger("mailstrata.relay")

_ending = maker(Ending)

BIG = 1024 * 1024
"""Bytes from which a message is read in a thread, so that the loop does not stand still."""


class RelayDelivery:
    """``relay.offer.Delivery`` through SES."""

    def __init__(self, dispatch: Dispatch, spool: Spool, keys: KeyChain) -> None:
        self._dispatch = dispatch
        self._ledger = dispatch.ledger
        self._mode = dispatch.habits.mode
        self._give_up = dispatch.habits.give_up
        self._spool = spool
        self._keys = keys

    @property
    def problem(self) -> str:
        """Without credentials SES takes nothing."""
        return "" if self._keys.current else "the relay has no AWS credentials"

    async def deliver(self, offer: Offer) -> Reply:
        """What the client is to hear, once it is true."""
        if len(offer.message) >= BIG:
            prepared, entries = await asyncio.to_thread(_read, offer)
        else:
            prepared, entries = _read(offer)
        if offer.refusal is not None:
            return await self._repeat(entries, prepared, offer.refusal)
        if len(entries) == 1:
            return await self._part(entries[0], prepared, promised=False)
        return await self._parts(entries, prepared)

    async def _repeat(self, entries: list[Entry], prepared: Prepared, refusal: Reply) -> Reply:
        """What was said to an equal mail before; to one that is new, the ``refusal``."""
        replies: list[Reply] = []
        for entry in entries:
            try:
                before = await self._ledger.known(entry)
            except DatabaseUnavailable as error:
                return _unwritten(error)
            if before is None or decisions.another(before, entry, prepared):
                return refusal
            replies.append(decisions.repeated(before))
        return next((reply for reply in replies if reply.code != 250), None) or decisions.joined(replies)

    async def _parts(self, entries: list[Entry], prepared: Prepared) -> Reply:
        """The parts one after the other: until one was taken, the answer to the first is the answer to all."""
        replies: list[Reply] = []
        for entry in entries:
            reply = await self._part(entry, prepared, promised=bool(replies))
            if reply.code != 250:
                return reply
            replies.append(reply)
        return decisions.joined(replies)

    async def _part(self, entry: Entry, prepared: Prepared, *, promised: bool) -> Reply:
        """One call of SES: the row before it, the outcome after it."""
        go = await self._dispatch.turn(entry)
        if not go and not promised and self._mode is Mode.THROUGH:
            return LATE
        row = self._ledger.next_id()
        try:
            before = await self._ledger.begin(row, entry)
            if before and decisions.another(before, entry, prepared):
                await self._ledger.free(before.id)
                before = await self._ledger.begin(row, entry)
        except DatabaseUnavailable as error:
            return _unwritten(error)
        if before:
            return decisions.repeated(before)
        if not go:
            return await self._kept(row, prepared, LATE)
        outcome, verdict = await self._dispatch.send(row, entry, prepared.message)
        step = decisions.decide(outcome, verdict, mode=self._mode, promised=promised)
        return await self._after(step, outcome, verdict, mail=_Mail(row, entry, prepared), promised=promised)

    async def _after(self, step: Step, outcome: Outcome, verdict: Verdict, *, mail: _Mail, promised: bool) -> Reply:
        if step is Step.ACCEPT:
            assert isinstance(outcome, Accepted)
            reply = str(verdict.reply)
            ending = _ending(state=State.ACCEPTED, ses_id=outcome.id, region=outcome.region, reply=reply)
            return await self._finished(mail.row, ending, verdict.reply)
        if step is Step.ANSWER:
            return await self._finished(mail.row, Ending(state=State.REFUSED, reply=str(verdict.reply)), verdict.reply)
        if step is Step.KEEP:
            return await self._kept(mail.row, mail.prepared, verdict.reply)
        if step is Step.CONCEDE:
            return await self._conceded(mail, verdict.reply)
        log.warning("row %d is unsettled: %s", mail.row, verdict.reply)
        return await self._left(mail, verdict.reply) if promised else verdict.reply

    async def _finished(self, row: int, ending: Ending, reply: Reply) -> Reply:
        """The outcome is a fact whether it can be written or not; the ledger writes it as soon as it can."""
        try:
            await self._ledger.finish(row, ending)
        except DatabaseUnavailable as error:
            log.error("the outcome of row %d cannot be written yet: %s", row, error)  # noqa: TRY400
        return reply

    async def _kept(self, row: int, prepared: Prepared, reply: Reply) -> Reply:
        due = next_try(tries=1, since=now(), now=now(), row=row, give_up=self._give_up)
        try:
            await self._ledger.spool(row, prepared.message, due=due or now(), reply=str(reply))
        except DatabaseUnavailable as error:
            log.error("row %d cannot be spooled: %s", row, error)  # noqa: TRY400
            answer = _unwritten(error)
            return await self._finished(row, Ending(state=State.REFUSED, reply=str(answer)), answer)
        self._spool.kick()
        return decisions.queued(row)

    async def _conceded(self, mail: _Mail, reply: Reply) -> Reply:
        row = Row(id=mail.row, entry=mail.entry, ending=Ending(state=State.HANDED))
        try:
            await self._dispatch.concede(row, mail.prepared.message, reply)
        except DatabaseUnavailable as error:
            answer = _unwritten(error)
            return await self._finished(mail.row, Ending(state=State.REFUSED, reply=str(answer)), answer)
        self._spool.kick()
        return decisions.queued(mail.row)

    async def _left(self, mail: _Mail, reply: Reply) -> Reply:
        """Others of this mail's recipients have it: the relay answers for these too, and keeps the mail for them."""
        try:
            await self._ledger.keep(mail.row, mail.prepared.message)
        except DatabaseUnavailable:
            return reply
        return decisions.queued(mail.row)


class _Mail:
    """A part of an offer on its way."""

    __slots__ = ("entry", "prepared", "row")

    def __init__(self, row: int, entry: Entry, prepared: Prepared) -> None:
        self.row = row
        self.entry = entry
        self.prepared = prepared


def _read(offer: Offer) -> tuple[Prepared, list[Entry]]:
    prepared = prepare(offer.message)
    parts = decisions.divided(offer.recipients)
    return prepared, [decisions.entry(offer, part, prepared) for part in parts]


def _unwritten(error: DatabaseUnavailable) -> Reply:
    log.error("the relay's ledger takes nothing: %s", error)
    return FULL if error.full else NO_LEDGER
