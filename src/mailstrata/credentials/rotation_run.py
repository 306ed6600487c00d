"""Runs a rotation, one step at a time, as far as it goes now; called again, here or in another process, it goes on.

    async for told in Rotating(target, tools).run():
        ...                       # Told(step=Step.CREATE, text="created access key AKIANEW for ses-smtp-relay")

The ledger is the only memory: a row before each step, its outcome after. Of two processes that run the same rotation the
one whose row came later withdraws it before it has done anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailstrata.credentials import rotation_place as place_of
from mailstrata.credentials.rotation import (
    DONE,
    KIND,
    NOT_DONE,
    REPEATABLE,
    WITHDRAWN,
    Rotation,
    Step,
    latest,
    may_turn_back,
)
from mailstrata.credentials.rotation_choice import choose
from mailstrata.credentials.rotation_next import AT_WORK, Do, Move, Settle, Stuck, Wait, World, following
from mailstrata.credentials.rotation_steps import LOGIN_SECONDS, Effects, Tools
from mailstrata.credentials.rotation_target import Target
from mailstrata.credentials.usage import SentMail
from mailstrata.model.errors import Refusal
from mailstrata.model.ports import LedgerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was done, or that is waited for (``waiting``, perhaps ``until`` a moment)."""

    step: Step
    text: str
    waiting: bool = False
    until: datetime | None = None


class Rotating:
    """The rotation of one user's key.

    ``keep_days``: how long the old key stays, inactive, before it is deleted. ``new_place``: a place that cannot be read when
    it begins is empty and may be written anew. ``mails``: what SES's events tell of.
    """

    def __init__(
        self,
        target: Target,
        tools: Tools,
        *,
        keep_days: int = 7,
        new_place: bool = False,
        mails: tuple[SentMail, ...] = (),
    ) -> None:
        self._target = target
        self._tools = tools
        self._keep_days = keep_days
        self._new_place = new_place
        self._mails = mails
        self._effects = Effects(target, tools)

    def known(self) -> Rotation | None:
        """The rotation as the ledger has it; ``None`` when none is under way."""
        rotation = latest(self._rows())
        return None if rotation is None or rotation.ended else rotation

    async def intended(self) -> tuple[Rotation, tuple[str, ...]]:
        """The rotation that would be begun now, and the evidence for its choice. Raises ``Refusal`` (status 4)."""
        details, evidence = await self._chosen()
        now = self._tools.clock.now()
        row = LedgerRow(id=0, at=now, kind=KIND, subject=self._target.user, details=details, outcome=DONE)
        rotation = latest((row,))
        assert rotation is not None
        return rotation, evidence

    async def observe(self, rotation: Rotation, *, word: bool = False) -> World:
        """The world as it is now. Raises ``Refusal`` when the keys or a place cannot be seen."""
        missing = [alias for alias in rotation.aliases if alias not in self._target.named]
        if missing:
            raise Refusal(f"the setup has no alias {missing[0]} any more, whose key is being rotated", status=4)
        return World(
            now=self._tools.clock.now(),
            keys=dict(await self._tools.keys.of_user(rotation.user)),
            held={place: place_of.held(await self._effects.read(place, rotation)) for place in self._target.places()},
            named=self._target.named,
            in_hand=self._effects.in_hand,
            may_probe=self._tools.may_probe,
            word=word,
            mails=self._mails,
        )

    async def next(self) -> Told | None:
        """What the rotation under way would do or wait for now; nothing is done. Raises ``Refusal`` where it is stuck."""
        rotation = self.known()
        if rotation is None:
            return None
        match following(rotation, await self.observe(rotation)):
            case Do(step):
                return Told(step=step, text="can be done now: --apply goes on")
            case Settle(row=row, outcome=outcome):
                text = f"was interrupted; the world shows that it was {outcome}: --apply goes on"
                return Told(step=Step(row.details["step"]), text=text)
            case waits:
                return _waiting(waits)

    async def run(self, *, back: bool = False, word: bool = False) -> AsyncIterator[Told]:
        """Go on as far as it goes. ``back``: reverse it; ``word``: Gmail has been given the other credential.

        Raises ``Refusal`` (status 4) where a step is refused or the world is not as it was left; the ledger has what was done.
        """
        if word:
            self._vouched_for(back=back)
        if self.known() is None:
            yield await self._begin(back=back)
        while (rotation := self.known()) is not None:
            rows = self._rows()
            move = following(rotation, await self.observe(rotation, word=word))
            if back and not rotation.back and not isinstance(move, Settle):
                yield self._turned_back(rotation, rows)
                continue
            told = await self._moved_on(move, rotation, rows)
            if told is not None:
                yield told
                word = word and told.step not in {Step.MOVED, Step.REMOVE}
            if told is not None and told.waiting:
                return

    def _vouched_for(self, *, back: bool) -> None:
        """The owner's word is about values that were handed over before; in the run that hands them over it comes too early."""
        rotation = self.known()
        needed = Step.RESTORE if back or (rotation and rotation.back) else Step.HAND_OVER
        if rotation is None or needed not in rotation.done:
            raise Refusal(
                "nothing was handed over yet that Gmail could have been given", "first go on without --moved", status=4
            )

    async def _moved_on(self, move: Move, rotation: Rotation, rows: tuple[LedgerRow, ...]) -> Told | None:
        match move:
            case Settle(row=row, outcome=outcome):
                return await self._settled(row, outcome)
            case Do(step):
                return await self._done(step, rotation, rows)
            case waits:
                return _waiting(waits)

    async def _begin(self, *, back: bool) -> Told:
        if back:
            raise Refusal(f"no rotation of {self._target.user} is under way", "there is nothing to roll back", status=4)
        rows = self._rows()
        details, evidence = await self._chosen()
        self._tools.ledger.finish(self._announced(rows, details), DONE)
        return Told(step=Step.BEGIN, text=f"began: {'; '.join(evidence) or 'the user has no key yet'}")

    async def _chosen(self) -> tuple[dict[str, str], tuple[str, ...]]:
        target = self._target
        keys = dict(await self._tools.keys.of_user(target.user))
        choice = choose(target.user, keys, target.named, self._tools.clock.now(), mails=self._mails)
        unread = [place for place in target.places() if await self._unread(place)]
        details = {
            "step": Step.BEGIN.value,
            "old": choice.old,
            "was": choice.was,
            "dead": choice.dead,
            "aliases": " ".join(target.named),
            "unread": "\n".join(unread),
            "keep_days": str(self._keep_days),
        }
        return details, (*choice.evidence, *(f"{place} cannot be read and is written anew" for place in unread))

    async def _unread(self, place: str) -> bool:
        try:
            await self._tools.secrets.read(place)
        except Refusal as refusal:
            closed = refusal.status == 3
            if self._new_place and not closed:
                return True
            fresh = "" if closed else "if nothing is there yet, say --new-place"
            hint = "; ".join(filter(None, (refusal.hint, fresh)))
            raise Refusal(refusal.message, hint, status=4) from None
        return False

    def _turned_back(self, rotation: Rotation, rows: tuple[LedgerRow, ...]) -> Told:
        if not may_turn_back(rotation):
            hint = "finish it: --apply"
            raise Refusal(f"the old key {rotation.old} was deleted: there is nothing to return to", hint, status=4)
        self._tools.ledger.finish(self._announced(rows, {"step": Step.TURN_BACK.value}), DONE)
        return Told(step=Step.TURN_BACK, text="turned back: from here everything is reversed that can be")

    async def _settled(self, row: LedgerRow, outcome: str) -> Told | None:
        """A row that was left open. A young one may be another process's: it is given its time and looked at anew."""
        step = Step(row.details["step"])
        patience = AT_WORK + timedelta(seconds=LOGIN_SECONDS if step is Step.PROVE else 0)
        age = self._tools.clock.now() - row.at
        if age < patience:
            await self._tools.clock.sleep((patience - max(age, timedelta())).total_seconds())
            return None
        if not self._taken_over(row.id):
            self._tools.ledger.finish(row.id, outcome)
        return Told(step=Step.BEGIN, text=f"{step.value} had been interrupted; the world shows that it was {outcome}")

    async def _done(self, step: Step, rotation: Rotation, rows: tuple[LedgerRow, ...]) -> Told:
        await self._effects.allow(step, rotation)
        row = self._announced(rows, {**await self._details(step, rotation), "rotation": str(rotation.id)})
        try:
            outcome, text = await self._effects.carry_out(step, rotation)
        except Refusal as refusal:
            if step in REPEATABLE and not self._taken_over(row):
                self._tools.ledger.finish(row, NOT_DONE)
            raise Refusal(refusal.message, refusal.hint, status=4) from None
        if self._taken_over(row):
            await self._effects.take_back(step, rotation)
            raise Refusal(f"another rotation of {self._target.user} went on without this one", "look again", status=4)
        self._tools.ledger.finish(row, outcome)
        return Told(step=step, text=text)

    def _taken_over(self, row: int) -> bool:
        """Whether another process settled the row, because this one took so long that it seemed dead."""
        return any(one.id == row and one.outcome for one in self._rows())

    async def _details(self, step: Step, rotation: Rotation) -> Mapping[str, str]:
        details = {"step": step.value, "key": rotation.new}
        match step:
            case Step.MAKE_ROOM:
                return {**details, "key": rotation.dead}
            case Step.CREATE:
                before = await self._tools.keys.of_user(rotation.user)
                return {**details, "before": " ".join(key for key, _ in before)}
            case Step.DEACTIVATE | Step.DELETE | Step.REACTIVATE:
                return {**details, "key": rotation.old}
            case Step.MOVED:
                shown = set(self._target.named.values()) == {rotation.new}
                return {**details, "by": "setup" if shown else "word"}
            case _:
                return details

    def _announced(self, rows: tuple[LedgerRow, ...], details: Mapping[str, str]) -> int:
        """The row of a step. When another process wrote one since ``rows`` were read, ours is withdrawn: it comes first."""
        row = self._tools.ledger.begin(KIND, self._target.user, details)
        known = {one.id for one in rows}
        if any(one.id < row and one.id not in known and one.outcome != WITHDRAWN for one in self._rows()):
            self._tools.ledger.finish(row, WITHDRAWN)
            raise Refusal(
                f"another rotation of {self._target.user} is at work", "let it end, then look again", status=4
            )
        return row

    def _rows(self) -> tuple[LedgerRow, ...]:
        return self._tools.ledger.rows(KIND, self._target.user)


def _waiting(move: Wait | Stuck) -> Told:
    if isinstance(move, Stuck):
        raise Refusal(move.reason, move.hint, status=4)
    return Told(step=move.step, text=move.reason, waiting=True, until=move.until)
