"""Gmail's own refusal for too much mail, told from others'."""

from __future__ import annotations

import pytest

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.gmail_limit import is_limit
from mailstrata.model.attempt import Outcome, Via


@pytest.mark.parametrize(
    "text",
    [
        "550 5.4.5 Daily user sending limit exceeded. For more information … - gsmtp",
        "550 5.4.5 Daily user sending quota exceeded. - gsmtp",
        "550 5.4.5 Daily sending quota exceeded. For more information … k12 - gsmtp",
        "550 5.7.1 Daily SMTP relay limit exceeded for customer. - gsmtp",
        "You have reached a limit for sending mail. Your message was not sent.",
    ],
)
def test_gmails_words_are_known(text: str) -> None:
    """facts.md C1."""
    assert is_limit(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "454 Throttling failure: Daily message quota exceeded",
        "LimitExceededException: Daily sending quota exceeded",
        "450 4.2.1 The user you are trying to contact is receiving mail at a rate … - gsmtp",
        "535 Authentication Credentials Invalid",
    ],
)
def test_other_limits_are_not_gmails(text: str) -> None:
    """SES's quota, and the recipient's rate."""
    assert not is_limit(text)


def test_a_mail_that_gmail_did_not_let_go_was_stopped_before_the_relay() -> None:
    """It went no way but the alias's, and the recipient was never asked."""
    bounce = Bounce(
        recipient="ann@harbor.example", action="failed", diagnostic="550 5.4.5 Daily user sending limit exceeded"
    )
    (attempt,) = attempts([bounce])
    assert (attempt.via, attempt.outcome) == (Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY)
