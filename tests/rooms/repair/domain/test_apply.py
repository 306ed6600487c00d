"""Changes made, proven and taken back, against the lab."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Record
from mailstrata.repair.appliers import Step, Tools
from mailstrata.repair.domain.apply import KIND, Choice, applied, last_step, planned
from mailstrata.repair.domain.goal import Goal
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.undo import UNDO, undone
from mailstrata.wiring import Stage, on_lab

pytestmark = pytest.mark.lab

T = TypeVar("T")
CHOICE = Choice(evidence=Evidence(signed=False))


def in_lab(scenario: str, work: Callable[[Stage, Tools, Goal], Awaitable[T]]) -> T:
    """What ``work`` gives in the world of a scenario."""

    async def run() -> T:
        async with Living.of(scenario) as lab:
            owner = lab.parts.iam.administrator
            async with on_lab(LabClient(lab.url, (owner.key_id, owner.secret))) as here:
                return await work(here, here.tools(False), Goal.of(here.settings.setup))

    return asyncio.run(run())


async def said(work: AsyncIterator[Step]) -> list[str]:
    """The steps in words."""
    return [step.text async for step in work]


async def todo(goal: Goal, tools: Tools) -> list[str]:
    """The changes that are left."""
    return [change.id for change in (await planned(goal, CHOICE.evidence, tools))[0].changes]


SCENARIOS = (
    "identity-absent",
    "dkim-record-absent",
    "dkim-disabled",
    "mail-from-mx-wrong",
    "mail-from-failed",
    "dmarc-absent",
)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_after_an_apply_nothing_is_left_to_do_and_ses_has_found_everything(scenario: str) -> None:
    """And every row of the ledger has its outcome."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        assert await todo(goal, tools)
        steps = await said(applied(goal, CHOICE, tools))
        assert steps[-1] == "SES reports sailing.example verified in us-east-1, DKIM and MAIL FROM found"
        assert await todo(goal, tools) == []
        assert {row.outcome for row in tools.ledger.rows(KIND, goal.domain)} == {"done"}

    in_lab(scenario, work)


@pytest.mark.parametrize("scenario", ["identity-absent", "dkim-record-absent", "dkim-disabled", "mail-from-mx-wrong"])
def test_an_undo_leaves_the_domain_as_it_was(scenario: str) -> None:
    """The plan is the same as before the apply, and a second undo has nothing to take back."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        before = await todo(goal, tools)
        await said(applied(goal, CHOICE, tools))
        await said(undone(goal.domain, tools))
        assert await todo(goal, tools) == before
        assert {row.outcome for row in tools.ledger.rows(UNDO, goal.domain)} == {"done"}
        with pytest.raises(Refusal, match="that could be undone"):
            await said(undone(goal.domain, tools))

    in_lab(scenario, work)


def test_a_record_that_somebody_changed_since_is_theirs_and_is_not_undone() -> None:
    """Refused, and it still stands."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        await said(applied(goal, CHOICE, tools))
        zone = (await planned(goal, CHOICE.evidence, tools))[1].zone
        theirs = Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=reject",))
        await tools.dns.publish(zone.value.id, (theirs,))  # type: ignore[union-attr]
        with pytest.raises(Refusal, match="was changed after it was published"):
            await said(undone(goal.domain, tools))
        assert await tools.dns.standing(zone.value.id, (theirs,)) == (theirs,)  # type: ignore[union-attr]
        del here

    in_lab("dmarc-absent", work)


def test_a_zone_that_was_edited_since_the_plan_is_not_overwritten() -> None:
    """What stands there is looked at once more, right before; then nothing is published."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        dns, asked = tools.dns, []
        theirs = Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=reject",))

        class Edited:
            """The zone, in which somebody publishes a policy between the first look and the second."""

            async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
                if len(records) == 1 and records[0].name == theirs.name:
                    asked.append(records)
                there = await dns.standing(zone_id, records)
                if len(asked) == 2:
                    await dns.publish(zone_id, (theirs,))
                return there

            async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
                return await dns.publish(zone_id, records)

        with pytest.raises(Refusal, match="changed since it was looked at"):
            await said(applied(goal, CHOICE, replace(tools, dns=Edited())))
        (row,) = tools.ledger.rows(KIND, goal.domain)
        assert row.outcome == "failed"

    in_lab("dmarc-absent", work)


def test_a_change_that_is_named_is_made_alone() -> None:
    """The others wait."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        await said(applied(goal, replace(CHOICE, named=frozenset({"create-identity"})), tools))
        assert await todo(goal, tools) == ["set-mail-from", "publish-records"]

    in_lab("identity-absent", work)


def test_the_last_step_of_a_policy_is_found_in_the_ledger() -> None:
    """Rows that published something else do not count."""
    early, late = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC)
    rows = [(early, '[["_dmarc.sailing.example", "TXT", []]]'), (late, '[["bounce.sailing.example", "MX", []]]')]
    assert last_step(rows) == early
    assert last_step(rows[1:]) is None
