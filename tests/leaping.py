"""Time that is waited, without waiting for it: a loaded machine changes nothing.

with asyncio.Runner(loop_factory=LeapingLoop) as runner:
    runner.run(work())
    took = runner.get_loop().time()
"""

from __future__ import annotations

import asyncio


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock leaps to the next thing due: what is waited for counts, what is computed does not."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__()

    def time(self) -> float:
        """Seconds that were waited."""
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._now = max(self._now, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]
