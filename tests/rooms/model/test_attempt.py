from __future__ import annotations

import pytest
from tests.pages.page import AT

from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.setup import Setup


def _send(name: str, outcome: Outcome = Outcome.UNKNOWN) -> Attempt:
    return Attempt(id=name, sender="a@sailing.example", recipient="b@dock.example", via=Via.SES_API, outcome=outcome)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_delivered_is_delivered(outcome: Outcome) -> None:
    """That SES accepted a mail says nothing of it."""
    assert _send("attempt-1", outcome).delivered is (outcome is Outcome.DELIVERED)


def test_the_sends_of_a_case_are_its_attempts_and_then_its_prospects() -> None:
    """All that a fault can stop."""
    setup = Setup(domain="sailing.example", region="us-east-1")
    case = Case(setup=setup, attempts=(_send("attempt-1"),), prospects=(_send("next-1"),), at=AT)
    assert [send.id for send in case.sends] == ["attempt-1", "next-1"]
