"""Anything that is built of evidence, with what it needs asked as it goes: all that is wanted together, each question once.

    found, evidence = await gathered(asker, lambda evidence: ways(case, evidence), budget=10)

`diagnosis.engine` does it for checks; this does it for one function whose value is wanted. Over an asker that remembers its
answers both run at the same time, and no question is asked twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import Question

T = TypeVar("T")
ROUNDS = 40


async def gathered(
    asker: Asker,
    build: Callable[[Evidence], T],
    *,
    known: Mapping[Question[Any], Observation[Any]] | None = None,
    budget: float,
) -> tuple[T, Evidence]:
    """What ``build`` makes once all that it reads is known; what was not answered in ``budget`` seconds is Unknown."""
    evidence = Evidence(known)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + budget
    for number in range(ROUNDS + 1):
        try:
            return build(evidence), evidence
        except NotYet as wanted:
            left = deadline - loop.time() if number < ROUNDS else 0.0
            await _ask(asker, wanted.questions, evidence, max(left, 0.0))
    return build(evidence), evidence


async def _ask(asker: Asker, questions: tuple[Question[Any], ...], evidence: Evidence, seconds: float) -> None:
    late = Unknown(reason="no answer within the time of this look", needs="a longer --budget")

    async def answer(question: Question[Any]) -> Observation[Any]:
        try:
            async with asyncio.timeout(seconds):
                return await asker.ask(question)
        except TimeoutError:
            return late

    answers = await asyncio.gather(*(answer(question) for question in questions))
    for question, observation in zip(questions, answers, strict=True):
        evidence.add(question, observation)
