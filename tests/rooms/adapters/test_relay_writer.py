"""Group commit: what many tasks want written goes into one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.leaping import LeapingLoop

from mailstrata.adapters.relay_database import Busy, Database, Row
from mailstrata.adapters.relay_writer import MANY, Values, Writer


class Counting:
    """A database that counts transactions and keeps what was inserted."""

    dialect = "sqlite"

    def __init__(self) -> None:
        self.transactions: list[int] = []
        self.busy = 0
        self.secured = 0

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """No statement gives rows here."""
        return []

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """All rows are new."""
        return len(values)

    def change_all(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """All rows are new."""
        return len(rows)

    def together(self, work: Callable[[Database], Any]) -> Any:
        """One transaction more."""
        self.transactions.append(0)
        return work(self)

    def at_once(self, work: Callable[[Database], Any]) -> Any:
        """One transaction more, unless somebody else writes."""
        if self.busy:
            self.busy -= 1
            raise Busy
        return self.together(work)

    def secure(self) -> None:
        """Note it."""
        self.secured += 1

    def prepare(self, name: str, *, version: int, statements: Sequence[str]) -> None:
        """There are no tables."""

    def close(self) -> None:
        """Nothing is open."""

    def inserted(self, base: Database, rows: Sequence[Values]) -> bool:
        """Note how many rows came at once."""
        self.transactions[-1] += len(rows)
        return True


def test_what_tasks_want_in_one_turn_is_one_transaction() -> None:
    """A hundred rows, one wait for the disk."""
    base = Counting()

    async def hundred() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await asyncio.gather(*(writer.insert((number,)) for number in range(100)))
        await writer.stop()

    asyncio.run(hundred())
    assert base.transactions == [100]


def test_where_many_write_the_next_transaction_waits_a_little_for_more() -> None:
    """Where few do, nobody waits: a mail that comes alone is written in its own turn of the loop."""
    base = Counting()

    async def crowds() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()

        async def one_after_the_other() -> None:
            first = asyncio.create_task(writer.insert((1,)))
            for _ in range(5):
                await asyncio.sleep(0)
            await asyncio.gather(first, writer.insert((2,)))

        await asyncio.gather(*(writer.insert((number,)) for number in range(MANY)))
        await one_after_the_other()
        await one_after_the_other()
        await writer.stop()

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(crowds())
    assert base.transactions == [MANY, 2, 1, 1]


def test_what_waits_for_more_is_written_when_the_relay_stops() -> None:
    """Once, and whoever asked for it hears of it."""
    base = Counting()

    async def stopped() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await asyncio.gather(*(writer.insert((number,)) for number in range(MANY)))
        waiting = asyncio.create_task(writer.insert((MANY,)))
        await asyncio.sleep(0)
        await writer.stop()
        assert await waiting is None
        await asyncio.sleep(1)

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(stopped())
    assert base.transactions == [MANY, 1]


def test_an_error_of_one_work_reaches_its_own_task_only() -> None:
    """The thread lives on."""

    def broken(base: Database) -> None:
        raise ZeroDivisionError

    async def both() -> int:
        base = Counting()
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        with pytest.raises(ZeroDivisionError):
            await writer.together(broken)
        done = await writer.together(lambda _: 7)
        await writer.stop()
        return done

    assert asyncio.run(both()) == 7


def test_a_task_that_gave_up_does_not_disturb_the_others() -> None:
    """Its row is written all the same."""

    async def cancelled() -> list[int]:
        base = Counting()
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        tasks = [asyncio.create_task(writer.insert((number,))) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await writer.stop()
        return base.transactions

    assert sum(asyncio.run(cancelled())) == 3


@pytest.mark.parametrize("busy", [1, 3])
def test_while_another_process_writes_the_loop_tries_again(busy: int) -> None:
    """What comes meanwhile goes into the same transaction."""
    base = Counting()
    base.busy = busy

    async def some() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await asyncio.gather(*(writer.insert((number,)) for number in range(5)))
        await writer.stop()

    asyncio.run(some())
    assert base.transactions == [5]


def test_what_the_loop_cannot_have_for_long_the_thread_waits_for() -> None:
    """No task waits for ever, and the loop for nothing."""
    base = Counting()
    base.busy = 1_000_000

    async def one() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await writer.insert((1,))
        await writer.stop()

    asyncio.run(one())
    assert base.transactions == [1]


def test_what_the_loop_wrote_is_brought_to_the_disk_before_the_end() -> None:
    """Nobody waited for it before."""
    base = Counting()

    async def one() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await writer.insert((1,))
        await writer.stop()

    asyncio.run(one())
    assert base.secured == 1


def test_a_server_is_written_to_by_the_thread_only() -> None:
    """A round trip is nothing to wait for in a loop."""
    base = Counting()
    base.dialect = "postgres"
    base.busy = 1_000_000

    async def some() -> None:
        writer = Writer(base, inserted=base.inserted, known=lambda _, __: None)
        writer.start()
        await asyncio.gather(*(writer.insert((number,)) for number in range(3)))
        await writer.insert((3,))
        await writer.stop()

    asyncio.run(some())
    assert (base.transactions, base.busy) == ([3, 1], 1_000_000)
