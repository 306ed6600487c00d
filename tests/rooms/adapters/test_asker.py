"""Each question goes to whom can answer it."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.asker import Shared, Without, World
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Cname, Mx, Txt


async def _txt(question: Txt) -> Observation[tuple[str, ...]]:
    return Seen(value=(question.name,))


async def _broken(_: Mx) -> Observation[str]:
    raise ZeroDivisionError


def test_a_question_is_answered_by_the_answerer_of_its_kind() -> None:
    """The answerer gets the question itself."""
    world = World(answerers={Txt: _txt, Mx: _broken})
    assert asyncio.run(world.ask(Txt(name="sailing.example"))) == Seen(value=("sailing.example",))


def test_a_question_that_nobody_answers_is_unknown() -> None:
    """It is never absent, and the reason names the kind of question."""
    seen = asyncio.run(World(answerers={Txt: _txt}).ask(Cname(name="sailing.example")))
    assert seen == Unknown(reason="nobody was asked: no adapter answers 'cname' here")


def test_a_bug_of_an_adapter_is_not_hidden() -> None:
    """Its exception passes through, for the engine to show."""
    with pytest.raises(ZeroDivisionError):
        asyncio.run(World(answerers={Mx: _broken}).ask(Mx(name="sailing.example")))


class _Counting:
    """Answers a text question once it may, and counts."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.may = asyncio.Event()

    async def ask(self, question: object) -> Observation[str]:
        self.asked.append(question)
        await self.may.wait()
        return Seen(value="there")


def test_what_many_want_to_know_is_asked_once() -> None:
    """Together and one after another."""

    async def work() -> None:
        world = _Counting()
        shared = Shared(world)
        waiting = [asyncio.create_task(shared.ask(Txt("a.example"))) for _ in range(3)]
        await asyncio.sleep(0)
        world.may.set()
        assert {seen.value for seen in await asyncio.gather(*waiting) if isinstance(seen, Seen)} == {"there"}
        await shared.ask(Txt("a.example"))
        await shared.ask(Txt("b.example"))
        assert world.asked == [Txt("a.example"), Txt("b.example")]

    asyncio.run(work())


def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    """Their question goes on; what nobody waits for ends with the asker."""

    async def work() -> None:
        world = _Counting()
        shared = Shared(world)
        first, second = (asyncio.create_task(shared.ask(Txt("a.example"))) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        world.may.set()
        assert await second == Seen(value="there")
        world.may.clear()
        third = asyncio.create_task(shared.ask(Txt("c.example")))
        await asyncio.sleep(0)
        await shared.close()
        with pytest.raises(asyncio.CancelledError):
            await third

    asyncio.run(work())


def test_what_is_left_unasked_is_unknown_with_the_reason() -> None:
    """Never absent; other kinds are asked."""
    why = Unknown(reason="not asked")
    part = Without(World(answerers={Txt: _txt, Mx: _broken}), (Mx,), why)
    assert asyncio.run(part.ask(Mx(name="sailing.example"))) == why
    assert asyncio.run(part.ask(Txt(name="sailing.example"))) == Seen(value=("sailing.example",))
