"""A world on paper for tests: facts answer questions, and whatever is not named is Unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.pages.page import AT, NOT_NAMED, STANDARD_SETUP, Section, sections, toml_setup

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.observation import Observation
from mailstrata.model.question import Question

Facts = Mapping[Question[Any], Observation[Any]]


class Paper:
    """An asker over ``facts``; ``asked`` lists the questions in the order in which they came."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.asked: list[Question[Any]] = []

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The fact, or Unknown."""
        self.asked.append(question)
        return self.facts.get(question, NOT_NAMED)


class Shuffled(Paper):
    """Answers the questions that are open in an order of chance, each after a few turns of the loop."""

    def __init__(self, facts: Facts, chance: Random) -> None:
        super().__init__(facts)
        self._chance = chance

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The fact, some turns of the loop later."""
        for _ in range(self._chance.randrange(20)):
            await asyncio.sleep(0)
        return await super().ask(question)


@cache
def healthy() -> Facts:
    """All that the checks ask of the standard setup, and all is well."""
    path = Path(__file__).parent / "data" / "healthy.world"
    return world.parse(path.read_text("utf-8"), path.name).facts


def prospects(*, recipient: str = "ann@harbor.example") -> Case:
    """The standard setup and its next sends, through the alias and by the API; nothing was tried yet."""
    ways = {"next-1": Via.GMAIL_ALIAS, "next-2": Via.SES_API}
    sends = (
        Attempt(id=name, sender="admin@sailing.example", recipient=recipient, via=via) for name, via in ways.items()
    )
    return Case(setup=toml_setup(STANDARD_SETUP), prospects=tuple(sends), at=AT)


@cache
def pages() -> tuple[Section, ...]:
    """Every section of every page of a check."""
    folder = Path(__file__).parent / "pages"
    return tuple(section for check in CHECKS for section in sections(folder / f"{check.CODE}.md"))
