"""The lab's clock: an hour of the simulated world costs nothing.

A scenario says when it plays (``at = 2026-05-12T18:43:00Z``). From there the clock runs with real time, and whoever
waits for a lock-out, a time to live or a rotation advances it instead of sleeping:

    clock = LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC))
    clock.advance(3600)

AWS request signatures are the one thing checked against the *real* clock (boto signs with it).
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class LabClock:
    """Simulated time: begins at ``start`` (aware), runs with the monotonic clock, and can be advanced."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a lab clock begins at an aware datetime")
        self._start = start
        self._began = time.monotonic()
        self._skipped = timedelta()

    def now(self) -> datetime:
        """The simulated moment, aware, in the zone of ``start``."""
        return self._start + timedelta(seconds=time.monotonic() - self._began) + self._skipped

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` (0 or more) of simulated time pass at once."""
        if seconds < 0:
            raise ValueError(f"time runs forward only, not by {seconds} s")
        self._skipped += timedelta(seconds=seconds)
