"""Identities that a listing lacks."""

from __future__ import annotations

import asyncio

from tests.pages.page import AT
from tests.paper import Paper

from mailstrata.adapters.listed import Listed
from mailstrata.model.inventory import FoundIdentity, Inventory
from mailstrata.model.observation import Absent, Unknown
from mailstrata.model.question import SesIdentity, Txt

HELD = Inventory(
    identities=(FoundIdentity(name="Sailing.example", region="us-east-1", kind="DOMAIN", verified=True),),
    zones=(),
    rule_sets=(),
    unseen=(),
    listed=("us-east-1",),
)


def test_what_is_not_in_a_listing_is_absent_without_being_asked_for() -> None:
    """SES is asked once a second only."""
    paper = Paper({})
    answer = asyncio.run(Listed(paper, HELD, at=AT).ask(SesIdentity("us-east-1", "postmaster@sailing.example")))
    assert answer == Absent(how="not listed", source="SES's list of identities in us-east-1", at=AT)
    assert paper.asked == []


def test_all_else_is_asked() -> None:
    """What is listed, whatever its case; a region that was not listed whole; and every other question."""
    paper = Paper({})
    listed = Listed(paper, HELD, at=AT)
    for question in (
        SesIdentity("us-east-1", "sailing.example"),
        SesIdentity("eu-west-1", "postmaster@sailing.example"),
        Txt("sailing.example"),
    ):
        assert isinstance(asyncio.run(listed.ask(question)), Unknown)
    assert len(paper.asked) == 3
