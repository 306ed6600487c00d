"""A token bucket for each door: SES's control plane lets one request a second in, per account and region (facts.md B1).

pace = Pace({"sesv2": 1.0})
await pace.turn("sesv2", "us-east-1")      # at once
await pace.turn("sesv2", "us-east-1")      # a second later
await pace.turn("sesv2", "eu-west-1")      # at once: another door
await pace.turn("iam", "")                 # at once: nothing is said of iam

Waiting happens on the monotonic clock of the machine, since it is the other side's real time that counts.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping


class Pace:
    """Turns in the order in which they were asked for. ``rates`` are turns a second, for each group of calls.

    ``burst`` turns may be taken at once after a rest. A group without a rate is not held back. Raises ``ValueError`` for a
    rate that is not positive.
    """

    def __init__(self, rates: Mapping[str, float], *, burst: int = 1) -> None:
        for group, rate in rates.items():
            if not rate > 0:
                raise ValueError(f"requests per second of {group}: {rate}; expected more than 0")
        self._intervals = {group: 1.0 / rate for group, rate in rates.items()}
        self._burst = burst
        self._due: dict[tuple[str, str], float] = {}

    async def turn(self, group: str, region: str) -> None:
        """Wait for a turn. One who gives up while waiting leaves the turn unused, so the rate is never exceeded."""
        interval = self._intervals.get(group)
        if interval is None:
            return
        wait = self._reserve((group, region), interval)
        if wait > 0:
            await asyncio.sleep(wait)

    def _reserve(self, door: tuple[str, str], interval: float) -> float:
        """Seconds until the next free turn, which is taken: the virtual scheduling form of the token bucket."""
        now = time.monotonic()
        due = max(self._due.get(door, -math.inf), now - (self._burst - 1) * interval)
        self._due[door] = due + interval
        return due - now
