from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pages.page import Section
from tests.paper import Paper, healthy, pages, prospects

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.diagnose import Offline, conclude, diagnose
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import world
from mailstrata.model.diagnosis import StratumState, Verdict
from mailstrata.model.finding import Fine, Stratum, Undetermined
from mailstrata.model.question import Txt

OF_ANSWERS = {
    "rate-exceeded",
    "recipient-globally-suppressed",
    "gmail-limit-reached",
    "recipient-unknown",
    "recipient-full",
    "recipient-refuses-policy",
    "recipient-refuses-authentication",
    "recipient-refuses-reputation",
    "recipient-refuses-content",
    "recipient-delays",
}
"""Checks of what was answered to a mail: where none was sent they have nothing to look at."""


def test_the_healthy_world_is_healthy() -> None:
    """Every check that has something to look at says so, and nothing is open."""
    diagnosis, evidence = asyncio.run(diagnose(prospects(), Paper(healthy())))
    assert diagnosis.verdict is Verdict.HEALTHY
    assert (diagnosis.findings, diagnosis.undetermined, diagnosis.fixes) == ((), (), ())
    assert {layer.state for layer in diagnosis.strata} == {StratumState.OK}
    assert sum(layer.checked for layer in diagnosis.strata) >= len(CHECKS) - len(OF_ANSWERS) - 3
    assert dict(evidence.items()) == healthy()


def test_one_fact_of_the_healthy_world_made_bad_is_one_finding() -> None:
    """The key inactive, and its login refused: one cause, of which the other is the effect."""
    bad = world.parse(
        'access-key AKIAEXAMPLE = {"user": "ses-smtp-relay", "status": "Inactive"}\n'
        "login email-smtp.us-east-1.amazonaws.com 587 AKIAEXAMPLE = "
        '{"reply": {"code": 535, "text": "Authentication Credentials Invalid"}}\n'
    ).facts
    diagnosis, _ = asyncio.run(diagnose(prospects(), Paper({**healthy(), **bad})))
    assert [(one.code, str(one.role)) for one in diagnosis.findings] == [
        ("key-inactive", "primary"),
        ("login-refused", "effect"),
    ]
    assert diagnosis.verdict is Verdict.BROKEN


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(pages()))
def test_a_recording_replays_to_the_same_diagnosis(section: Section) -> None:
    """Saved, read back, asked of nobody: nothing differs, and the text of it is the same again."""
    case = section.case()
    first, evidence = asyncio.run(diagnose(case, Paper({**healthy(), **section.facts()})))
    text = world.render(dict(evidence.items()), case)
    read = world.parse(text)
    assert read.case == case
    again, kept = asyncio.run(diagnose(read.case, Offline(), evidence=Evidence(read.facts)))
    assert again == first
    assert world.render(dict(kept.items()), read.case) == text


def test_offline_asks_nobody_and_says_so() -> None:
    """Unknown, with what would settle it."""
    answer = asyncio.run(Offline().ask(Txt("a.example")))
    assert "--offline" in getattr(answer, "reason", "")
    assert getattr(answer, "needs", "")


@pytest.mark.parametrize("repeated", [1, 3])
def test_what_could_not_be_known_is_said_once(repeated: int) -> None:
    """Same code and same subject are one entry; the first reason stands."""
    entries = [
        Undetermined(code="key-absent", stratum=Stratum.RELAY, subject="AKIA", reason=f"reason {number}")
        for number in range(repeated)
    ]
    found = conclude(prospects(), entries, Evidence())
    assert found.undetermined == (entries[0],)
    assert found.verdict is Verdict.UNDETERMINED


def test_nothing_said_is_not_healthy() -> None:
    """No check, no verdict; one that looked and was content is enough."""
    assert conclude(prospects(), (), Evidence()).verdict is Verdict.UNDETERMINED
    fine = Fine(code="key-inactive", stratum=Stratum.RELAY, text="active")
    assert conclude(prospects(), (fine,), Evidence()).verdict is Verdict.HEALTHY
