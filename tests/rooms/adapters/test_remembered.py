"""Answers are kept for their seconds and not longer; equal work runs once."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.remembered import Remembered


class Work:
    """Counts how often it was done; gives the number."""

    def __init__(self) -> None:
        self.done = 0

    async def __call__(self) -> int:
        """One more."""
        await asyncio.sleep(0)
        self.done += 1
        return self.done


def test_who_asks_again_within_the_time_gets_what_was_told() -> None:
    """Together or one after another: the work runs once."""

    async def main() -> tuple[list[int], int]:
        work, kept = Work(), Remembered[str, int](seconds=60)
        together = await asyncio.gather(kept.join("a", work), kept.join("a", work))
        return [*together, await kept.join("a", work)], await kept.join("b", work)

    assert asyncio.run(main()) == ([1, 1, 1], 2)


def test_after_its_time_it_is_asked_anew() -> None:
    """An answer of no seconds is never kept."""

    async def main() -> list[int]:
        work, kept = Work(), Remembered[str, int](seconds=0)
        return [await kept.join("a", work), await kept.join("a", work)]

    assert asyncio.run(main()) == [1, 2]


def test_a_failure_is_not_kept() -> None:
    """The next one asks again."""

    async def main() -> int:
        kept = Remembered[str, int](seconds=60)

        async def fails() -> int:
            raise LookupError

        with pytest.raises(LookupError):
            await kept.join("a", fails)
        return await kept.join("a", Work())

    assert asyncio.run(main()) == 1
