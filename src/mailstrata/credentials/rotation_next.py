"""What comes next in a rotation: a pure answer to its rows and the world as it was seen just now.

    following(rotation, world)        # Do(Step.CREATE), Wait(...), Settle(...) or Stuck(...)

A row without an outcome is settled by what the world shows before anything is tried again. At each moment one credential
works, and a user never has more than two keys: each step says here what it needs of the world (facts.md F).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from mailstrata.credentials import usage
from mailstrata.credentials.rotation import DELETIONS, DONE, FORWARD, NOT_DONE, REPEATABLE, Rotation, Step
from mailstrata.credentials.rotation_place import Held
from mailstrata.credentials.usage import SentMail
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.ports import LedgerRow

QUIET = timedelta(days=1)
"""How long the old key must be seen unused after the move before it is deactivated, which can be taken back."""
AT_WORK = timedelta(seconds=60)
"""A row so young may belong to a process that is still at it, and IAM may not yet show what was done (facts.md A7)."""
SLACK = timedelta(seconds=2)
"""What our clock and AWS's may differ by when a use is put before or after a moment."""
_SAME_BIRTH = timedelta(minutes=10)
"""How far the creation of a key may lie from the row that announced it, to be taken for its key."""
_DECISIONS = frozenset({Step.BEGIN, Step.MOVED, Step.TURN_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was seen just now: the user's keys, what the places hold, and which username the setup gives each alias."""

    now: datetime
    keys: Mapping[str, AccessKeyFacts]
    held: Mapping[str, Held]
    named: Mapping[str, str]
    in_hand: str = ""
    """The key whose secret this process still has in memory."""
    may_probe: bool = False
    word: bool = False
    """The owner says that Gmail has been given the other credential."""
    mails: tuple[SentMail, ...] = ()
    """What SES's events tell of, as far as they are at hand."""


@dataclass(frozen=True, slots=True)
class Do:
    """A step to carry out now."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """An open row whose outcome the world shows."""

    row: LedgerRow
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """``step`` is next, but not yet: ``until`` a moment, or until a person has done something."""

    step: Step
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """The world is not as the rotation left it; somebody has to look."""

    reason: str
    hint: str


Move: TypeAlias = Do | Settle | Wait | Stuck


def following(rotation: Rotation, world: World) -> Move:
    """What is to be done next in a rotation that has not ended."""
    if rotation.open is not None:
        return Settle(row=rotation.open, outcome=outcome_of(rotation.open, rotation, world))
    if rotation.back:
        return _backward(rotation, world)
    if _vanished(rotation, world):
        return Stuck(
            reason=f"the new key {rotation.new} of {rotation.user} is no longer there, or no longer active",
            hint="somebody else changed it: --rollback returns to the old key",
        )
    return _forward(rotation, world)


def outcome_of(row: LedgerRow, rotation: Rotation, world: World) -> str:
    """What became of a step whose row has no outcome, as far as the world shows it."""
    step, key = Step(row.details["step"]), row.details.get("key", "")
    if step is Step.CREATE:
        born = _born(row, world)
        return f"{DONE}: {born}" if born else NOT_DONE
    if step in _DECISIONS:
        seen = True
    elif step in DELETIONS:
        seen = key not in world.keys
    elif step in {Step.DEACTIVATE, Step.REACTIVATE}:
        wanted = "Inactive" if step is Step.DEACTIVATE else "Active"
        seen = key in world.keys and world.keys[key].status == wanted
    else:
        seen = step not in REPEATABLE and _placed(step, rotation, world)
    return DONE if seen else NOT_DONE


def _placed(step: Step, rotation: Rotation, world: World) -> bool:
    """Whether every place is as ``step`` leaves it."""
    new, places = rotation.new, world.held.values()
    match step:
        case Step.STORE:
            return all(new in {place.next, place.current} for place in places)
        case Step.PROMOTE:
            return all(place.current == new and not place.next for place in places)
        case Step.RESTORE:
            return not any(new in {place.next, place.current} for place in places)
        case _:
            return not any(place.next or place.previous for place in places)


def _born(row: LedgerRow, world: World) -> str:
    """The key that an interrupted creation made: not there before, made at that moment, never used since."""
    before = row.details["before"].split()
    fresh = [
        key
        for key, facts in world.keys.items()
        if key not in before
        and facts.last_used is None
        and facts.created is not None
        and abs(facts.created - row.at) <= _SAME_BIRTH
    ]
    return fresh[0] if len(fresh) == 1 else ""


def _vanished(rotation: Rotation, world: World) -> bool:
    """Whether the new key is gone or off; IAM's list may lag behind its creation (facts.md A7)."""
    if not rotation.new or Step.CREATE not in rotation.done:
        return False
    if rotation.new not in world.keys:
        return world.now - rotation.done[Step.CREATE] > AT_WORK
    return world.keys[rotation.new].status != "Active"


def _forward(rotation: Rotation, world: World) -> Move:
    if world.word and Step.HAND_OVER in rotation.done and Step.DEACTIVATE not in rotation.done:
        return Do(Step.MOVED)
    step = next(one for one in FORWARD if one not in rotation.done and _applies(one, rotation, world))
    return _ready(step, rotation, world)


def _applies(step: Step, rotation: Rotation, world: World) -> bool:
    match step:
        case Step.MAKE_ROOM:
            return bool(rotation.dead)
        case Step.PROBE:
            return world.may_probe and Step.PROMOTE not in rotation.done
        case Step.DEACTIVATE:
            return rotation.old in world.keys and rotation.was == "Active"
        case Step.DELETE:
            return bool(rotation.old)
        case _:
            return True


def _ready(step: Step, rotation: Rotation, world: World) -> Move:
    match step:
        case Step.MAKE_ROOM:
            return _making_room(rotation, world)
        case Step.CREATE:
            return _creating(rotation, world)
        case Step.STORE:
            known = {world.in_hand, *(key for place in world.held.values() for key in (place.next, place.current))}
            return Do(step if rotation.new in known else Step.DISCARD)
        case Step.MOVED:
            return _moving(rotation, world)
        case Step.DEACTIVATE:
            return _deactivating(rotation, world)
        case Step.DELETE:
            return _deleting(rotation, world)
        case _:
            return Do(step)


def _making_room(rotation: Rotation, world: World) -> Move:
    dead = world.keys.get(rotation.dead)
    if dead is not None and dead.status == "Active":
        return Stuck(
            reason=f"{rotation.dead} of {rotation.user} was inactive when the rotation began and is active again",
            hint="find out who needs it; --rollback ends this rotation",
        )
    return Do(Step.MAKE_ROOM)


def _creating(rotation: Rotation, world: World) -> Move:
    there = [key for key in world.keys if key not in rotation.gone]
    if len(there) >= 2:
        return Stuck(
            reason=f"{rotation.user} has two keys, and IAM allows no third: {', '.join(there)}",
            hint="remove the one that is proven dead, never simply the oldest",
        )
    return Do(Step.CREATE)


def _moving(rotation: Rotation, world: World) -> Move:
    behind = [alias for alias in rotation.aliases if world.named.get(alias) != rotation.new]
    if not behind:
        return Do(Step.MOVED)
    reason = (
        f"{', '.join(behind)} has not moved yet: type the new values into Gmail, then change `username` in the setup"
    )
    return Wait(step=Step.MOVED, reason=f"{reason} to {rotation.new} (or say --moved)")


def _deactivating(rotation: Rotation, world: World) -> Move:
    moved = rotation.done[Step.MOVED]
    if used_after(world.keys[rotation.old], moved):
        used = world.keys[rotation.old].last_used
        reason = (
            f"the old key {rotation.old} was used at {used:%Y-%m-%d %H:%M} UTC, after the move: something else has it"
        )
        return Wait(step=Step.DEACTIVATE, reason=f"{reason}; move that too, then say --moved")
    if others := others_since(rotation, world, moved):
        reason = (
            f"SES's events since the move show that {rotation.user} also sends as {'; '.join(usage.senders(others))}"
        )
        return Wait(
            step=Step.DEACTIVATE, reason=f"{reason}: it may hold the old key; give it the new one, then say --moved"
        )
    return _until(Step.DEACTIVATE, moved + QUIET, world, f"no use of {rotation.old} may be seen for a day")


def others_since(rotation: Rotation, world: World, moment: datetime) -> tuple[SentMail, ...]:
    """Mails of the same user since a moment that are from none of the aliases: somebody else has one of its keys."""
    aliases = {address.lower() for address in rotation.aliases}
    sent = usage.through(world.mails, rotation.user, since=moment + SLACK)
    return tuple(mail for mail in sent if mail.sender not in aliases)


def used_after(key: AccessKeyFacts, moment: datetime) -> bool:
    """Whether a use of ``key`` after ``moment`` is proven. The contrary never is: facts.md F, last-used."""
    return key.last_used is not None and key.last_used > moment + SLACK


def _deleting(rotation: Rotation, world: World) -> Move:
    old = world.keys.get(rotation.old)
    if old is not None and old.status == "Active":
        return Stuck(
            reason=f"the old key {rotation.old} is active again, though it was to be deleted",
            hint="somebody needs it: find out who, or go back with --rollback",
        )
    behind = [alias for alias, key in world.named.items() if key == rotation.old]
    if behind:
        reason = f"the setup still names {rotation.old} for {', '.join(behind)}: change `username` to {rotation.new}"
        return Wait(step=Step.DELETE, reason=reason)
    since = rotation.done.get(Step.DEACTIVATE, rotation.done[Step.MOVED])
    until = since + timedelta(days=rotation.keep_days)
    return _until(Step.DELETE, until, world, f"{rotation.old} is kept inactive for {rotation.keep_days} days")


def _until(step: Step, moment: datetime, world: World, reason: str) -> Move:
    return Do(step) if world.now >= moment else Wait(step=step, reason=reason, until=moment)


def _backward(rotation: Rotation, world: World) -> Move:
    old = world.keys.get(rotation.old)
    if Step.REACTIVATE not in rotation.done and rotation.was == "Active" and old is not None and old.status != "Active":
        return Do(Step.REACTIVATE)
    if Step.RESTORE not in rotation.done:
        return Do(Step.RESTORE)
    named = rotation.new in world.named.values()
    if rotation.new and not world.word and (named or rotation.vouched):
        reason = (
            f"Gmail still holds the new key {rotation.new}: type the old values into it again, then change `username`"
        )
        return Wait(step=Step.REMOVE, reason=f"{reason} in the setup back (and say --moved)")
    return Do(Step.REMOVE)
