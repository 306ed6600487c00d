"""One change of a domain as a value: what it does, whether it is safe, how it is verified and how it is undone."""

from __future__ import annotations

from enum import StrEnum

from mailstrata.model.finding import Record
from mailstrata.model.values import dataclass


class Layer(StrEnum):
    """Who makes the change: SES's API, Route 53 in one batch, or a person."""

    SES = "ses"
    DNS = "dns"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change. ``records`` are what should stand, ``before`` what stands there, in the same order; empty values: nothing.

    ``safe``: mail that arrives today arrives afterwards too. One that is not safe is made only when it is named.
    """

    id: str
    layer: Layer
    title: str
    why: str
    safe: bool = True
    records: tuple[Record, ...] = ()
    before: tuple[Record, ...] = ()
    steps: tuple[str, ...] = ()
    verify: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What could not be planned, since it could not be seen."""

    subject: str
    reason: str
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All changes in an order that works, what is right already, and what could not be seen."""

    changes: tuple[Change, ...]
    right: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def automatic(self) -> tuple[Change, ...]:
        """The changes that a machine can make."""
        return tuple(change for change in self.changes if change.layer is not Layer.PERSON)
