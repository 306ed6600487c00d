"""Gathering for one function: asked together, once, within a time."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.paper import Paper

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.gathering import gathered
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Question, Txt

A, B, C = Txt("a.example"), Txt("b.example"), Txt("c.example")


def chain(evidence: Evidence) -> str:
    """Reads two things, then a third that depends on them."""
    evidence.want(A, B)
    match evidence[A]:
        case Seen(value=("c",)):
            return f"{evidence[C]}"
        case other:
            return f"{other}"


def test_what_is_wanted_is_asked_together_and_once() -> None:
    """In the order in which it is wanted."""
    paper = Paper({A: Seen(value=("c",)), C: Seen(value=("end",))})
    found, evidence = asyncio.run(gathered(paper, chain, budget=5))
    assert (found, paper.asked) == (f"{Seen(value=('end',))}", [A, B, C])
    assert len(evidence) == 3


def test_what_is_known_is_not_asked() -> None:
    """Planned changes stand as if they were made."""
    paper = Paper({})
    found, _ = asyncio.run(gathered(paper, chain, known={A: Unknown(reason="so")}, budget=5))
    assert (found, paper.asked) == (f"{Unknown(reason='so')}", [B])


class _Never:
    """Answers nothing, ever."""

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """Wait."""
        del question
        await asyncio.Event().wait()
        raise AssertionError


def test_what_does_not_come_in_time_is_unknown() -> None:
    """The function ends all the same."""
    found, _ = asyncio.run(gathered(_Never(), chain, budget=0.01))
    assert found.startswith("Unknown(reason='no answer within")
