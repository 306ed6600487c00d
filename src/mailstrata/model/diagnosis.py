"""The whole answer: what was found, what could not be determined, and which fault lost which mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailstrata.model.attempt import Attempt
from mailstrata.model.finding import Finding, Fix, Letter, Stratum, Undetermined
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass


class Verdict(StrEnum):
    """``broken``: a fault stops mail. ``degraded``: faults or warnings beside working mail. ``undetermined``: not enough
    was seen to say. ``healthy``: all was seen and is well; notices do not count."""

    BROKEN = "broken"
    DEGRADED = "degraded"
    HEALTHY = "healthy"
    UNDETERMINED = "undetermined"


class StratumState(StrEnum):
    """The state of one layer; ``not-applicable`` where no check has anything to look at."""

    BROKEN = "broken"
    DEGRADED = "degraded"
    OK = "ok"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumReport:
    """One layer: its state and how many checks looked at it. ``fine`` says in words what was found to be well."""

    name: Stratum
    state: StratumState
    checked: int
    fine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """An attempt with the code of the one cause that lost it, or ``None``."""

    attempt: Attempt
    stratum: Stratum | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another way to send, by the id of its remedy; ``tells`` what it changes for receiving, and what recipients conclude."""

    id: str
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Schema ``mailstrata.diagnosis/1`` is its JSON form (contract: `diagnose --json`)."""

    at: datetime
    setup: Setup
    verdict: Verdict
    strata: tuple[StratumReport, ...]
    findings: tuple[Finding, ...]
    undetermined: tuple[Undetermined, ...]
    attempts: tuple[Attributed, ...]
    fixes: tuple[Fix, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    """Where the relay is broken; the fixes end with them."""
    letters: tuple[Letter, ...] = ()
    """What to write to whoever else must act; the fixes carry them."""
