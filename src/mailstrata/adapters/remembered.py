"""Answers that are kept for a few seconds, so that nobody asks the network again for what was just told.

    remembered: Remembered[str, int] = Remembered(seconds=10)
    await remembered.join("a", work)      # work() runs once for all who ask within ten seconds

Equal work under way is shared as in `adapters.in_flight`; its result stays until its time is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from mailstrata.adapters.in_flight import InFlight

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST = 10_000


class Remembered(Generic[K, V]):
    """Results by their key, each for ``seconds`` after it came."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[K, tuple[float, V]] = {}
        self._flights: InFlight[K, V] = InFlight()

    async def join(self, key: K, begin: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The result for ``key``: the one that is kept, else that of the work under way or begun now."""
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(key)
        if kept is not None and now < kept[0]:
            return kept[1]
        value = await self._flights.join(key, begin)
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (asyncio.get_running_loop().time() + self._seconds, value)
        return value
