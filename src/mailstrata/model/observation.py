"""Three values, never two: what was seen, what is surely not there, and what nobody could find out.

A resolver that times out has said nothing; NXDOMAIN has said "absent". Keeping the two apart is the first rule of
mailstrata: a time-out, a SERVFAIL, a throttle or a denied permission is ``Unknown`` and never becomes "missing".

    match evidence[Txt("_dmarc.sailing.example")]:
        case Seen(value=texts): ...
        case Absent(): ...
        case Unknown(reason=reason): ...
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from mailstrata.model.values import dataclass

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Generic[T_co]):
    """The world answered ``value``. ``source`` says who answered, ``ttl`` for how many seconds it holds (DNS)."""

    value: T_co
    source: str = ""
    at: datetime | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The world answered that there is no such thing. ``how`` is its word for it: NXDOMAIN, NODATA, NotFoundException."""

    how: str = ""
    source: str = ""
    at: datetime | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody could tell. ``reason`` is for a person, ``needs`` says what would settle it (a permission, a password)."""

    reason: str
    needs: str = ""
    unasked: bool = False
    """Since the operator wanted it left unasked, which is no failure of asking."""


Observation: TypeAlias = Seen[T] | Absent | Unknown
