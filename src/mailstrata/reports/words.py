"""Counts, dates and durations in words, the same everywhere and in no locale.

count(2, "cause"), duration(90), listed(["a", "b", "c"]), numbers([1, 2, 3, 5])
# "2 causes", "1 h 30 min", "a, b and c", "1-3, 5"
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mailstrata.model.attempt import Outcome, Via
from mailstrata.model.diagnosis import StratumState, Verdict

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WAYS = {
    Via.GMAIL_ALIAS: "Gmail alias",
    Via.SES_SMTP: "SES SMTP",
    Via.SES_API: "SES API",
    Via.RELAY: "relay",
}
OUTCOMES = {
    Outcome.REFUSED_AT_RELAY: "refused at the relay",
    Outcome.SUPPRESSED: "dropped by SES",
    Outcome.BOUNCED: "bounced",
    Outcome.DELAYED: "delayed",
    Outcome.DELIVERED: "delivered",
    Outcome.UNKNOWN: "fate unknown",
}
STATES = {
    StratumState.BROKEN: "✗",
    StratumState.DEGRADED: "!",
    StratumState.OK: "✓",
    StratumState.UNDETERMINED: "?",
    StratumState.NOT_APPLICABLE: "·",
}
"""The mark of a state; with its word beside it, so that nothing is said by colour or sign alone."""
VERDICTS = {Verdict.BROKEN: "✗", Verdict.DEGRADED: "!", Verdict.HEALTHY: "✓", Verdict.UNDETERMINED: "?"}


def count(number: int, thing: str, things: str = "") -> str:
    """``2 causes``; ``things`` where the plural takes more than an s."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def numbers(values: Sequence[int]) -> str:
    """``1-3, 5``: ascending numbers, runs of three and more drawn together."""
    runs: list[list[int]] = []
    for value in sorted(set(values)):
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def duration(minutes: int) -> str:
    """``5 min``, ``1 h 30 min``, ``2 days``."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return count(round(minutes / (24 * 60)), "day")


def day(at: datetime) -> str:
    """``12 May 2026``, in UTC."""
    moment = _utc(at)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def minute(at: datetime, now: datetime) -> str:
    """``12 May 18:43``, in UTC; with the year when that is not the year of ``now``."""
    date = day(at) if _utc(at).year != _utc(now).year else day(at).rpartition(" ")[0]
    return f"{date} {_utc(at):%H:%M}"


def second(at: datetime, now: datetime | None = None) -> str:
    """``12 May 2026 18:43:00 UTC``; without the day when that is the day of ``now``."""
    date = "" if now and day(at) == day(now) else f"{day(at)} "
    return f"{date}{_utc(at):%H:%M:%S} UTC"


def iso(at: datetime) -> str:
    """``2026-05-12T18:43:00Z`` (RFC 3339), with milliseconds only where there are any."""
    moment = _utc(at)
    fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
