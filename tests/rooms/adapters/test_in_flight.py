"""Equal work under way is shared, ended work is not remembered, unwanted work is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.in_flight import InFlight


class Work:
    """Counts how often it was begun, and whether it was cancelled; ends when ``gate`` is set."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = False
        self.gate = asyncio.Event()

    async def run(self) -> int:
        """Give the number of this beginning."""
        self.begun += 1
        number = self.begun
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return number


def test_equal_work_is_begun_once_and_anew_when_it_has_ended() -> None:
    """Three ask at once and share; a fourth who comes later gets a new result."""

    async def main() -> tuple[list[int], int]:
        flights, work = InFlight[str, int](), Work()
        asking = asyncio.gather(*(flights.join("a", work.run) for _ in range(3)))
        await asyncio.sleep(0)
        work.gate.set()
        return await asking, await flights.join("a", work.run)

    assert asyncio.run(main()) == ([1, 1, 1], 2)


def test_one_who_leaves_does_not_take_the_others_work_away() -> None:
    """Cancelling one of two askers leaves the work running for the other."""

    async def main() -> int:
        flights, work = InFlight[str, int](), Work()
        first, second = (asyncio.create_task(flights.join("a", work.run)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        work.gate.set()
        return await second

    assert asyncio.run(main()) == 1


def test_work_that_nobody_waits_for_is_cancelled() -> None:
    """The last one who leaves ends it."""

    async def main() -> bool:
        flights, work = InFlight[str, int](), Work()
        only = asyncio.create_task(flights.join("a", work.run))
        while not work.begun:
            await asyncio.sleep(0)
        only.cancel()
        with pytest.raises(asyncio.CancelledError):
            await only
        await asyncio.sleep(0)
        return work.cancelled

    assert asyncio.run(main())


def test_an_exception_reaches_all_who_wait() -> None:
    """What the work raises, every asker gets."""

    async def broken() -> int:
        raise LookupError("broken")

    async def main() -> list[int | BaseException]:
        flights = InFlight[str, int]()
        return await asyncio.gather(*(flights.join("a", broken) for _ in range(2)), return_exceptions=True)

    assert [str(one) for one in asyncio.run(main())] == ["broken", "broken"]
