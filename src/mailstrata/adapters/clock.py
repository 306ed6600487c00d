"""The time of the machine. Everything that needs a moment is given a clock, so that the lab and tests can give another.

clock = SystemClock()
clock.now()                    # 2026-05-12 18:43:00+00:00, always aware and in UTC
await clock.sleep(0.5)
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """``model.ports.Clock`` by the machine's own clock."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds``; other tasks go on."""
        await asyncio.sleep(seconds)
