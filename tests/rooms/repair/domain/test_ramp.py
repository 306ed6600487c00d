"""A DMARC policy becomes harder one step at a time, while the evidence bears it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailstrata.repair.domain.ramp import BETWEEN, Evidence, step

GOOD = Evidence(signed=True, reported=True)


@pytest.mark.parametrize(
    ("current", "goal", "following"),
    [
        ("", "", "none"),
        ("", "reject", "none"),
        ("none", "", "none"),
        ("none", "quarantine", "quarantine"),
        ("none", "reject", "quarantine"),
        ("quarantine", "reject", "reject"),
        ("reject", "reject", "reject"),
        ("reject", "none", "none"),
    ],
)
def test_each_step_leads_to_the_next_policy_at_most(current: str, goal: str, following: str) -> None:
    """A domain begins with none; softer is possible at once."""
    assert step(current, goal, GOOD).policy == following


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (Evidence(signed=False), "SES does not sign as the domain yet"),
        (Evidence(signed=True, unaligned=("a@sailing.example through smtp.gmail.com",)), "would be lost"),
        (Evidence(signed=True, since_last=BETWEEN - timedelta(days=1)), "the last step was 13 days ago"),
    ],
)
def test_a_step_that_would_lose_mail_is_held_back_and_said_why(evidence: Evidence, why: str) -> None:
    """The policy stays."""
    taken = step("none", "reject", evidence)
    assert taken.policy == "none"
    assert why in taken.why


def test_a_step_without_reports_is_taken_with_a_word_about_them() -> None:
    """The operator may have other evidence; the record asks for none."""
    assert "asks for no reports" in step("none", "reject", Evidence(signed=True)).why
    assert "asks for no reports" not in step("none", "reject", GOOD).why


def test_two_weeks_after_the_last_step_the_next_may_come() -> None:
    """At the earliest."""
    assert step("quarantine", "reject", Evidence(signed=True, since_last=BETWEEN)).policy == "reject"
