"""A few threads that wait for boto3, which can only wait by standing still.

workers = Workers(8)
await workers.run(lambda: client.get_account())
workers.close()

The threads are daemons: a server that answers a byte a minute can hold one of them, but not the end of the program.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Workers:
    """At most ``limit`` threads, each started when it is first needed. Raises ``RuntimeError`` once it is closed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._closed = False

    async def run(self, job: Callable[[], T]) -> T:
        """The result of ``job``, or its exception. A job that is given up before its turn is never begun."""
        if self._closed:
            raise RuntimeError("the workers were closed")
        future: Future[T] = Future()
        self._jobs.put((future, job))
        self._grow()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End the threads, each after the job it is at."""
        with self._lock:
            self._closed = True
            for _ in self._threads:
                self._jobs.put(None)
            self._threads.clear()

    def _grow(self) -> None:
        with self._lock:
            if self._idle.acquire(blocking=False) or len(self._threads) >= self._limit:
                return
            thread = threading.Thread(target=self._work, name="mailstrata-aws", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            future, job = item
            if future.set_running_or_notify_cancel():
                _carry_out(future, job)
            self._idle.release()


def _carry_out(future: Future[Any], job: Callable[[], Any]) -> None:
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
        future.set_exception(error)
    else:
        future.set_result(result)
