"""``mailstrata domain plan`` and ``domain apply``."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.rooms.cli.cli import command, golden

from mailstrata.cli.domain_plan import goal_of
from mailstrata.model.errors import Refusal
from mailstrata.model.setup import Setup

pytestmark = pytest.mark.lab


def test_a_plan_says_what_is_right_what_changes_and_how_it_is_undone(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """Status 1, and nothing was changed."""
    ran = command(capsys, "domain", "plan", "--lab", "mail-from-mx-wrong")
    assert ran.status == 1
    golden("domain-plan.txt", ran.out, bless=request.config.getoption("--bless"))


def test_a_domain_as_it_should_be_has_nothing_to_change(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0."""
    ran = command(capsys, "domain", "plan", "--lab", "healthy")
    assert ran.status == 0
    assert ran.out.endswith("Nothing has to change.\n")


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("zone", "bounce.sailing.example. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com."),
        ("form", "Type: MX   Host: bounce   Value: 10 feedback-smtp.us-east-1.amazonses.com"),
    ],
)
def test_records_are_printed_in_the_shape_that_their_host_asks_for(
    shape: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A zone file has absolute names; a form adds the zone itself."""
    ran = command(capsys, "domain", "plan", "--lab", "mail-from-mx-wrong", "--records", shape)
    assert line in ran.out


def test_the_document_holds_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """With what stands there now."""
    ran = command(capsys, "domain", "plan", "--lab", "mail-from-mx-wrong", "--json")
    document = json.loads(ran.out)
    assert document["schema"] == "mailstrata.domain-plan/1"
    (change,) = document["changes"]
    assert (change["id"], change["automatic"], change["safe"]) == ("publish-records", True, True)
    assert [one["values"] for one in change["records"]] == [["10 feedback-smtp.us-east-1.amazonses.com"]]
    assert [one["values"] for one in change["before"]] != [[]]


def test_another_domain_is_planned_under_the_same_labels(capsys: pytest.CaptureFixture[str]) -> None:
    """An agency's setup holds for each of its domains."""
    ran = command(capsys, "domain", "plan", "harbor.example", "--lab", "healthy", "--json")
    document = json.loads(ran.out)
    assert document["domain"] == "harbor.example"
    assert [change["id"] for change in document["changes"]][:2] == ["create-identity", "set-mail-from"]
    assert "bounce.harbor.example" in {one["name"] for change in document["changes"] for one in change["records"]}


SETUP = Setup(domain="sailing.example", region="us-east-1", mail_from="bounce.sailing.example", receives=True)


def test_where_another_domain_receives_its_mail_the_setup_does_not_say() -> None:
    """An MX at a domain that had none would lead its mail to a region without rules."""
    assert goal_of(SETUP, "sailing.example").receives
    assert not goal_of(SETUP, "harbor.example").receives
    assert goal_of(replace(SETUP, mail_from="bounce.dock.example"), "harbor.example").mail_from == ""


@pytest.mark.parametrize("mail_from", ["sailing.example", "bounce.dock.example"])
def test_a_mail_from_that_ses_would_not_take_is_refused(mail_from: str) -> None:
    """It has to lie below the identity's own name (facts.md B3)."""
    with pytest.raises(Refusal, match="is no name below sailing"):
        goal_of(replace(SETUP, mail_from=mail_from), "sailing.example")


def test_without_apply_nothing_is_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is printed with its status."""
    ran = command(capsys, "domain", "apply", "--lab", "dkim-disabled")
    assert ran.status == 1
    assert "Nothing was changed" in ran.out


def test_an_apply_shows_each_step_and_ends_with_the_diagnosis(capsys: pytest.CaptureFixture[str]) -> None:
    """Green, for the right reason."""
    ran = command(capsys, "domain", "apply", "--lab", "dkim-record-absent", "--apply")
    assert ran.status == 0
    assert ran.out.splitlines()[0].startswith("✓ published 3 record sets in zone sailing.example")
    assert "HEALTHY" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--change", "no-such-change", "--apply"), "the plan has no change no-such-change"),
        (("--undo",), "--undo changes AWS and DNS"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and nothing was changed."""
    ran = command(capsys, "domain", "apply", "--lab", "dkim-disabled", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_an_undo_without_anything_to_take_back_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 4."""
    ran = command(capsys, "domain", "apply", "--lab", "dkim-disabled", "--undo", "--apply")
    assert ran.status == 4
    assert "knows of no change of sailing.example" in ran.out
