"""The safe rotation of the key behind SMTP passwords: its steps, and how far it has come, as the ledger tells it.

    latest(ledger.rows(KIND, "ses-smtp-relay"))       # Rotation(old="AKIAOLD", new="AKIANEW", done={Step.CREATE: ...}, ...)

The order is that of facts.md F: create, store, log in, probe, hand over; only when nobody uses the old key any more:
deactivate, wait, delete. Nothing but rows of the ledger is kept of a rotation: one is written before each step and gets its
outcome after it. What comes next is `credentials.rotation_next`'s business, carrying it out that of
`credentials.rotation_steps` and `credentials.rotation_run`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from mailstrata.model.ports import LedgerRow

KIND = "rotation"
"""The kind of every row of a rotation; its subject is the IAM user, ``details["step"]`` the step."""
DONE = "done"
NOT_DONE = "not done"
WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """Everything a rotation writes a row for."""

    BEGIN = "begin"
    MAKE_ROOM = "make-room"
    CREATE = "create"
    STORE = "store"
    PROVE = "prove"
    PROBE = "probe"
    PROMOTE = "promote"
    HAND_OVER = "hand-over"
    MOVED = "moved"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    TIDY = "tidy"
    DISCARD = "discard"
    TURN_BACK = "turn-back"
    REACTIVATE = "reactivate"
    RESTORE = "restore"
    REMOVE = "remove"


FORWARD = (
    Step.MAKE_ROOM,
    Step.CREATE,
    Step.STORE,
    Step.PROVE,
    Step.PROBE,
    Step.PROMOTE,
    Step.HAND_OVER,
    Step.MOVED,
    Step.DEACTIVATE,
    Step.DELETE,
    Step.TIDY,
)
BACK = (Step.REACTIVATE, Step.RESTORE, Step.REMOVE)
REPEATABLE = frozenset({Step.PROVE, Step.PROBE, Step.HAND_OVER})
"""Steps that leave nothing in the world: one that was interrupted is simply done again."""
DELETIONS = frozenset({Step.MAKE_ROOM, Step.DELETE, Step.DISCARD, Step.REMOVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One rotation as its rows tell it. ``old`` and ``new`` are key ids, empty where there is none (yet)."""

    id: int
    user: str
    at: datetime
    old: str
    was: str
    """The status of the old key at the beginning."""
    dead: str
    """A key that was proven dead and goes first, to make room."""
    aliases: tuple[str, ...]
    unread: tuple[str, ...]
    """Places that could not be read at the beginning: they are written anew."""
    keep_days: int
    new: str = ""
    done: Mapping[Step, datetime] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    """Keys that this rotation deleted."""
    vouched: bool = False
    """That the alias has moved is known by the owner's word alone; the setup does not show it."""
    open: LedgerRow | None = None

    @property
    def back(self) -> bool:
        """Whether it is being rolled back."""
        return Step.TURN_BACK in self.done

    @property
    def ended(self) -> bool:
        """Whether nothing is left to do, on either way."""
        return Step.TIDY in self.done or Step.REMOVE in self.done


def latest(rows: Iterable[LedgerRow]) -> Rotation | None:
    """The last rotation that ``rows`` (of one user, in order) tell of; ``None`` when there was none."""
    rotation: Rotation | None = None
    for row in rows:
        if row.kind != KIND or row.outcome == WITHDRAWN:
            continue
        if row.details["step"] == Step.BEGIN:
            rotation = _begun(row)
        elif rotation is not None:
            rotation = _told(rotation, row)
    return rotation


def _begun(row: LedgerRow) -> Rotation:
    details = row.details
    return Rotation(
        id=row.id,
        user=row.subject,
        at=row.at,
        old=details["old"],
        was=details["was"],
        dead=details["dead"],
        aliases=tuple(details["aliases"].split()),
        unread=tuple(filter(None, details["unread"].split("\n"))),
        keep_days=int(details["keep_days"]),
        open=None if row.outcome else row,
    )


def _told(rotation: Rotation, row: LedgerRow) -> Rotation:
    """The rotation with one more row; steps that a discarded key had come to count no more."""
    step = Step(row.details["step"])
    if not row.outcome:
        return replace(rotation, open=row)
    if not row.outcome.startswith(DONE):
        return rotation
    told = replace(rotation, done={**rotation.done, step: row.at})
    if step in DELETIONS:
        told = replace(told, gone=told.gone | {row.details["key"]})
    if step is Step.CREATE:
        return replace(told, new=row.outcome.removeprefix(f"{DONE}: "))
    if step is Step.MOVED:
        return replace(told, vouched=row.details["by"] == "word")
    if step is Step.DISCARD:
        return replace(told, new="", done={one: at for one, at in told.done.items() if one is Step.MAKE_ROOM})
    return told


def may_turn_back(rotation: Rotation) -> bool:
    """Whether a rollback still has something to go back to."""
    return not rotation.ended and Step.DELETE not in rotation.done
