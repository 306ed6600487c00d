"""The machine's own time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from mailstrata.adapters.clock import SystemClock


def test_the_moment_is_aware_and_in_utc() -> None:
    """A moment can be compared with any other, whatever the machine's time zone."""
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_sleeping_takes_the_time_it_was_told() -> None:
    """``sleep`` does not come back early."""
    clock = SystemClock()
    before = clock.now()
    asyncio.run(clock.sleep(0.02))
    assert clock.now() - before >= timedelta(seconds=0.019)
