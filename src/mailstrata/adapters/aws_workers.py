"""A few threads that wait for boto3, which can only wait by standing still.

workers = Workers(8)
await workers.run(lambda: client.get_account(), seconds=5.0)
workers.close()

The threads are daemons: a server that answers a byte a minute can hold one of them, but not the end of the program.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
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

    async def run(self, job: Callable[[], T], *, seconds: float | None = None) -> T:
        """The result of ``job``, or its exception. A job that is given up before its turn is never begun.

        Raises ``TimeoutError`` when it takes more than ``seconds`` from its turn on: to wait for a turn is not slowness
        of the server that is asked.
        """
        if self._closed:
            raise RuntimeError("the workers were closed")
        loop = asyncio.get_running_loop()
        future: Future[T] = Future()
        async with asyncio.timeout(None) as patience:
            waiting = asyncio.wrap_future(future)

            def begun() -> None:
                if seconds is not None and not waiting.done():
                    patience.reschedule(loop.time() + seconds)

            def carry_out() -> T:
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    loop.call_soon_threadsafe(begun)
                return job()

            self._jobs.put((future, carry_out))
            self._grow()
            return await waiting
        raise AssertionError("the time-out raises, or the job has returned")

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
