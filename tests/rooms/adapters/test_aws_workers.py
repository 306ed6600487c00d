"""A few threads for calls that stand still."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mailstrata.adapters.aws_workers import Workers


def test_jobs_run_side_by_side_up_to_the_limit() -> None:
    """Three jobs that wait for each other are done with three workers, and no more threads than that are made."""
    meeting = threading.Barrier(3, timeout=10)

    async def meet() -> list[str]:
        workers = Workers(3)
        try:
            return await asyncio.gather(
                *(workers.run(lambda: (meeting.wait(), threading.current_thread().name)[1]) for _ in range(6))
            )
        finally:
            workers.close()

    assert len(asyncio.run(meet())) == 6


def test_one_worker_is_used_again() -> None:
    """Jobs one after the other need one thread."""

    async def thrice() -> set[int]:
        workers = Workers(4)
        try:
            return {await workers.run(threading.get_ident) for _ in range(3)}
        finally:
            workers.close()

    assert len(asyncio.run(thrice())) <= 2


def test_an_exception_arrives_where_it_is_waited_for() -> None:
    """The worker goes on to its next job."""

    async def both() -> int:
        workers = Workers(1)
        try:
            with pytest.raises(ZeroDivisionError):
                await workers.run(lambda: 1 // 0)
            return await workers.run(lambda: 7)
        finally:
            workers.close()

    assert asyncio.run(both()) == 7


def test_a_job_given_up_before_its_turn_is_never_begun() -> None:
    """A queue behind a silent server does not carry out what nobody waits for any more."""
    begun: list[str] = []
    gate = threading.Event()

    async def given_up() -> None:
        workers = Workers(1)
        first = asyncio.ensure_future(workers.run(lambda: gate.wait(10)))
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workers.run(lambda: begun.append("late")), 0.01)
        gate.set()
        assert await first
        await workers.run(lambda: begun.append("next"))
        workers.close()

    asyncio.run(given_up())
    assert begun == ["next"]


def test_a_job_has_its_time_from_its_turn_on() -> None:
    """A second job behind one that stands still is not late when its turn comes; the one that stands still is."""
    gate = threading.Event()

    async def queued() -> str:
        workers = Workers(1)
        slow = asyncio.ensure_future(workers.run(lambda: gate.wait(30), seconds=0.01))
        quick = asyncio.ensure_future(workers.run(lambda: "in time", seconds=20.0))
        with pytest.raises(TimeoutError):
            await slow
        assert not quick.done()
        gate.set()
        found = await quick
        workers.close()
        return found

    assert asyncio.run(queued()) == "in time"


def test_a_closed_set_of_workers_takes_no_job() -> None:
    """Rather an error than a wait without an end."""
    workers = Workers(1)
    workers.close()
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(workers.run(lambda: None))
