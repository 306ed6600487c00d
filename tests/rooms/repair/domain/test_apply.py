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
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Ledger
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


class Dying(Exception):
    """The process ends."""


class Mute:
    """A ledger that dies before it can write what became of a change."""

    def __init__(self, ledger: Ledger, *, of: str) -> None:
        self._ledger, self._of = ledger, of
        self.begin, self.rows = ledger.begin, ledger.rows

    def finish(self, row: int, outcome: str) -> None:
        """Dies at the change of that name."""
        if any(one.id == row and one.details.get("change") == self._of for one in self.rows()):
            raise Dying
        self._ledger.finish(row, outcome)


@pytest.mark.parametrize(
    ("scenario", "change"),
    [
        ("dkim-record-absent", "publish-records"),
        ("dkim-disabled", "enable-dkim"),
        ("mail-from-absent", "set-mail-from"),
    ],
)
def test_a_change_whose_outcome_was_never_written_is_undone_by_what_stands_there(scenario: str, change: str) -> None:
    """The process died between the effect and the ledger's word; the world shows that it was made."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        goal = replace(goal, mail_from="bounce.sailing.example")
        before = await todo(goal, tools)
        with pytest.raises(Dying):
            await said(applied(goal, CHOICE, replace(tools, ledger=Mute(tools.ledger, of=change))))
        assert await todo(goal, tools) != before
        await said(undone(goal.domain, tools))
        assert await todo(goal, tools) == before

    in_lab(scenario, work)


def test_a_change_that_was_never_made_needs_no_undo() -> None:
    """The process died right before the effect; the zone is not touched."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here

        class Dead:
            """A zone that the process no longer reaches."""

            standing = tools.dns.standing

            async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
                raise Dying

        with pytest.raises(Dying):
            await said(applied(goal, CHOICE, replace(tools, dns=Dead())))
        (words,) = await said(undone(goal.domain, tools))
        assert words.startswith("nothing to undo in zone")

    in_lab("dmarc-absent", work)


def test_an_identity_of_which_nobody_knows_who_made_it_is_not_deleted() -> None:
    """It is named, and the step is not done."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        with pytest.raises(Dying):
            await said(applied(goal, CHOICE, replace(tools, ledger=Mute(tools.ledger, of="create-identity"))))
        (step,) = [step async for step in undone(goal.domain, tools)]
        assert (step.done, step.text.split(",")[0]) == (False, "not undone: create-identity")

    in_lab("identity-absent", work)


def test_what_was_left_to_a_person_does_not_keep_the_run_before_from_being_undone() -> None:
    """The identity of the later run, which died, is named once; the next undo takes the earlier run back."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        before = await todo(goal, tools)
        await said(applied(goal, CHOICE, tools))
        tools.ledger.begin(KIND, goal.domain, {"change": "create-identity", "run": "later", "region": goal.region})
        (left,) = await said(undone(goal.domain, tools))
        assert left.startswith("not undone: create-identity")
        await said(undone(goal.domain, tools))
        assert await todo(goal, tools) == before

    in_lab("dmarc-absent", work)


def test_a_setting_that_somebody_changed_since_is_theirs_and_is_not_undone() -> None:
    """As for records."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        await said(applied(replace(goal, mail_from="bounce.sailing.example"), CHOICE, tools))
        await tools.ses.set_mail_from(goal.region, goal.domain, MailFromFacts(domain="mine.sailing.example"))
        with pytest.raises(Refusal, match=r"mail_from of sailing\.example in us-east-1 was changed since"):
            await said(undone(goal.domain, tools))

    in_lab("mail-from-absent", work)


def test_texts_with_quotes_and_backslashes_beside_ours_are_put_back_as_they_were() -> None:
    """A TXT value is compared and written as its text, not as it is escaped."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        zone = (await planned(goal, CHOICE.evidence, tools))[1].zone
        assert isinstance(zone, Seen)
        theirs = Record(name="_dmarc.sailing.example", type="TXT", values=(r'"a \"quoted\" back\\slash"',))
        await tools.dns.publish(zone.value.id, (theirs,))
        there = await tools.dns.standing(zone.value.id, (theirs,))
        await said(applied(goal, CHOICE, tools))
        await said(undone(goal.domain, tools))
        assert await tools.dns.standing(zone.value.id, (theirs,)) == there

    in_lab("dmarc-absent", work)


def test_a_change_that_may_lose_mail_is_left_alone_and_named() -> None:
    """Whoever applied a plan must not take it for done."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        harder = replace(goal, dmarc="reject")
        (step,) = [step async for step in applied(harder, CHOICE, tools)]
        assert not step.done
        assert step.text.endswith("(--change harden-dmarc)")
        await said(applied(harder, replace(CHOICE, named=frozenset({"harden-dmarc"})), tools))
        assert await todo(harder, tools) == []

    in_lab("healthy", work)


def test_what_is_left_for_a_person_is_told() -> None:
    """Whose DNS is elsewhere has to publish the records; SES looks for them in vain until then."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here
        steps = [step async for step in applied(replace(goal, domain="harbor.example", mail_from=""), CHOICE, tools)]
        assert next(step.text.split(":")[0] for step in steps if not step.done) == "for a person"
        assert "(mailstrata domain plan harbor.example)" in "".join(step.text for step in steps)

    in_lab("healthy", work)


def test_a_change_that_nobody_answered_to_has_no_outcome() -> None:
    """It may have been made: the ledger does not call it failed."""

    async def work(here: Stage, tools: Tools, goal: Goal) -> None:
        del here

        class Silent:
            """A zone that takes a change and says nothing."""

            standing = tools.dns.standing

            async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
                await tools.dns.publish(zone_id, records)
                raise Refusal("no answer", status=4, settled=False)

        with pytest.raises(Refusal, match="no answer"):
            await said(applied(goal, CHOICE, replace(tools, dns=Silent())))
        assert [row.outcome for row in tools.ledger.rows(KIND, goal.domain)] == [""]

    in_lab("dmarc-absent", work)


def test_the_last_step_of_a_policy_is_found_in_the_ledger() -> None:
    """Rows that published something else do not count."""
    early, late = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 9, tzinfo=UTC)
    rows = [(early, '[["_dmarc.sailing.example", "TXT", []]]'), (late, '[["bounce.sailing.example", "MX", []]]')]
    assert last_step(rows) == early
    assert last_step(rows[1:]) is None
