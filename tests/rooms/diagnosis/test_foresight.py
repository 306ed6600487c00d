"""What is asked ahead of the checks."""

from __future__ import annotations

import asyncio

from tests.pages.page import AT, STANDARD_SETUP, toml_setup
from tests.paper import Paper, healthy

from mailstrata.adapters.asker import Shared
from mailstrata.diagnosis.domain_state import examined
from mailstrata.diagnosis.foresight import foreseen
from mailstrata.model.question import Authority, Txt

SETUP = toml_setup(STANDARD_SETUP)


def test_all_that_is_asked_ahead_is_asked_by_the_checks_too() -> None:
    """So nothing is asked for nothing, and nothing twice."""

    async def both() -> tuple[Paper, Paper]:
        alone, together = Paper(healthy()), Paper(healthy())
        await examined(SETUP, alone, at=AT)
        shared = Shared(together)
        await foreseen(shared, SETUP.domain, budget=5)
        await examined(SETUP, shared, at=AT)
        await shared.close()
        return alone, together

    alone, together = asyncio.run(both())
    assert set(together.asked) == set(alone.asked)
    assert len(together.asked) == len(set(together.asked))


def test_it_follows_the_delegation_and_the_includes() -> None:
    """The longest chains of questions begin first."""
    paper = Paper(healthy())
    asyncio.run(foreseen(paper, SETUP.domain, budget=5))
    assert any(isinstance(one, Authority) for one in paper.asked)
    assert len([one for one in paper.asked if isinstance(one, Txt)]) > 1


def test_where_nobody_can_tell_it_gives_up_in_silence() -> None:
    """It concludes nothing."""
    paper = Paper({})
    asyncio.run(foreseen(paper, SETUP.domain, budget=5))
    assert paper.asked
