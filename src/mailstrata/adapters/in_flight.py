"""Equal work that is under way at the same time is done once, and all who asked for it get its result.

    flights: InFlight[str, int] = InFlight()
    await asyncio.gather(flights.join("a", work), flights.join("a", work))     # work() runs once

Nothing is remembered: whoever comes after the end begins anew. Work that nobody waits for any longer is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class InFlight(Generic[K, V]):
    """Work under way by its key."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}
        self._waiting: dict[K, int] = {}

    async def join(self, key: K, begin: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The result of the work for ``key``, begun by ``begin`` unless it is under way; its exception when it raises."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(begin())
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            return await asyncio.shield(task)
        finally:
            self._leave(key, task)

    def _leave(self, key: K, task: asyncio.Task[V]) -> None:
        self._waiting[key] -= 1
        if not self._waiting[key]:
            del self._waiting[key], self._tasks[key]
            task.cancel()
