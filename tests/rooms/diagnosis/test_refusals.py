"""What the words of a refusal prove."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.refusals import not_verified, said
from mailstrata.model.attempt import Attempt, Outcome, Via

NAMED = "554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: "


def _send(diagnostic: str, outcome: Outcome = Outcome.REFUSED_AT_RELAY) -> Attempt:
    return Attempt(
        id="attempt-1",
        sender="admin@sailing.example",
        recipient="ann@harbor.example",
        via=Via.GMAIL_ALIAS,
        outcome=outcome,
        diagnostic=diagnostic,
    )


@pytest.mark.parametrize(
    ("text", "so"),
    [
        (NAMED + "Admin@sailing.example", True),
        (NAMED + "ann@harbor.example, admin@sailing.example", True),
        (NAMED + "ann@harbor.example", False),
        (NAMED + "ann@harbor.example, ...", True),
        (NAMED.replace("US-EAST-1", "EU-WEST-1") + "admin@sailing.example", False),
        ("MessageRejected: Email address is not verified.", True),
        ("535 Authentication Credentials Invalid", False),
        ("", False),
    ],
)
def test_the_refusal_names_who_is_not_verified(text: str, so: bool) -> None:
    """facts.md A5: the older form names nobody, and a cut-off list may mean anybody."""
    assert not_verified(_send(text), "admin@sailing.example", "us-east-1") is so


def test_a_delivered_mail_was_not_refused() -> None:
    """Whatever a server said before."""
    assert not not_verified(
        _send(NAMED + "admin@sailing.example", Outcome.DELIVERED), "admin@sailing.example", "us-east-1"
    )
    assert said((_send("Sending paused", Outcome.DELIVERED),), "paused") == ()


def test_texts_are_found_without_regard_to_case() -> None:
    """One of several is enough."""
    send = _send("554 Message rejected: Sending Paused for this account.")
    assert said((send,), "nothing of it", "sending paused") == (send,)
