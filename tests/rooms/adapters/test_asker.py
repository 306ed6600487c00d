"""Each question goes to whom can answer it."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.asker import World
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
