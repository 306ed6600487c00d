from __future__ import annotations

from datetime import timedelta

import pytest
from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.diagnosis.case import open_case
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.setup import Setup

SETUP = toml_setup(STANDARD_SETUP)
BARE = Setup(domain="sailing.example", region="us-east-1")


def _attempt(recipient: str, minutes: int | None) -> Attempt:
    at = None if minutes is None else AT + timedelta(minutes=minutes)
    return Attempt(id="", sender="admin@sailing.example", recipient=recipient, via=Via.SES_API, at=at)


def test_attempts_are_numbered_in_the_order_of_time() -> None:
    """One without a time comes last; equal times go by recipient."""
    given = [
        _attempt("d@x.example", None),
        _attempt("c@x.example", 2),
        _attempt("b@x.example", 1),
        _attempt("a@x.example", 1),
    ]
    case = open_case(SETUP, at=AT, attempts=given)
    assert [(one.id, one.recipient[0]) for one in case.attempts] == [
        ("attempt-1", "a"),
        ("attempt-2", "b"),
        ("attempt-3", "c"),
        ("attempt-4", "d"),
    ]


def test_a_way_that_was_tried_needs_no_prospect() -> None:
    """The API was; the alias still waits for its next send."""
    case = open_case(SETUP, at=AT, attempts=[_attempt("a@x.example", 0)])
    assert [one.via for one in case.prospects] == [Via.GMAIL_ALIAS]


def test_with_nothing_but_the_setup_the_next_sends_stand_in() -> None:
    """By the alias and by the API, to SES's own simulator, so that no recipient is looked at."""
    case = open_case(SETUP, at=AT)
    assert case.attempts == ()
    assert [(one.id, one.via, one.recipient) for one in case.prospects] == [
        ("next-1", Via.GMAIL_ALIAS, "success@simulator.amazonses.com"),
        ("next-2", Via.SES_API, "success@simulator.amazonses.com"),
    ]


def test_a_setup_without_aliases_sends_by_the_api() -> None:
    """As the postmaster, whom every domain has (RFC 5321 4.5.1)."""
    (send,) = open_case(BARE, at=AT).prospects
    assert (send.via, send.sender) == (Via.SES_API, "postmaster@sailing.example")


def test_a_sender_that_is_no_alias_sends_by_the_api() -> None:
    """Gmail cannot send as it."""
    (send,) = open_case(SETUP, at=AT, sender="list@sailing.example").prospects
    assert (send.via, send.sender) == (Via.SES_API, "list@sailing.example")


def test_each_recipient_is_asked_about_by_each_way() -> None:
    """Two recipients, two ways, four sends with ids of their own."""
    case = open_case(SETUP, at=AT, recipients=("ann@harbor.example", "peter@dock.example"))
    assert [one.id for one in case.prospects] == ["next-1", "next-2", "next-3", "next-4"]
    assert len({(one.via, one.recipient) for one in case.prospects}) == 4


def test_a_way_that_was_tried_to_a_recipient_needs_no_prospect_to_them() -> None:
    """Without regard to case; all others are asked about."""
    attempt = _attempt("Ann@harbor.example", 0)
    case = open_case(SETUP, at=AT, attempts=[attempt], recipients=("ann@harbor.example", "peter@dock.example"))
    assert {(one.via, one.recipient) for one in case.prospects} == {
        (Via.GMAIL_ALIAS, "ann@harbor.example"),
        (Via.GMAIL_ALIAS, "peter@dock.example"),
        (Via.SES_API, "peter@dock.example"),
    }


@pytest.mark.parametrize(
    ("error", "via", "outcome"),
    [
        ("535 Authentication Credentials Invalid", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("530 Must issue a STARTTLS command first", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("454 Throttling failure: Daily message quota exceeded", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("554 Access denied: User `arn:aws:iam::1:user/x' is not", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("554 Message rejected: Email address is not verified.", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("554 Transaction failed: Duplicate header", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("MessageRejected: Email address is not verified.", Via.SES_API, Outcome.REFUSED_AT_RELAY),
        ("An error occurred (X) when calling the SendEmail operation", Via.SES_API, Outcome.REFUSED_AT_RELAY),
        ("550 5.4.5 Daily user sending limit exceeded", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Via.SES_API, Outcome.BOUNCED),
        ("421 Too many concurrent SMTP connections", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY),
        ("451 4.7.1 greylisted", Via.SES_API, Outcome.DELAYED),
        (
            "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid "
            "address.",
            Via.SES_API,
            Outcome.SUPPRESSED,
        ),
        ("it did not arrive", Via.SES_API, Outcome.UNKNOWN),
    ],
)
def test_an_error_text_says_which_way_the_mail_went(error: str, via: Via, outcome: Outcome) -> None:
    """What SES says at the login or after DATA is a refusal before it took the mail (facts.md A5)."""
    (attempt,) = open_case(SETUP, at=AT, error=error).attempts
    assert (attempt.via, attempt.outcome, attempt.diagnostic) == (via, outcome, error)


@pytest.mark.parametrize(
    ("error", "recipient"),
    [
        ("550 5.1.1 <peter@dock.example>: Recipient address rejected: User unknown", "peter@dock.example"),
        ("550 5.1.1 peter@dock.example... User unknown", "peter@dock.example"),
        ("550 5.7.1 rejected for admin@sailing.example to peter@dock.example.", "peter@dock.example"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", ""),
        ("535 Authentication Credentials Invalid", "success@simulator.amazonses.com"),
    ],
)
def test_the_recipient_is_read_off_the_text_where_it_names_one(error: str, recipient: str) -> None:
    """A foreign address; before SES took the mail the recipient does not matter."""
    (attempt,) = open_case(SETUP, at=AT, error=error).attempts
    assert attempt.recipient == recipient


def test_without_an_alias_a_refused_login_went_by_smtp() -> None:
    """A program of the operator's own."""
    (attempt,) = open_case(BARE, at=AT, error="535 no").attempts
    assert attempt.via is Via.SES_SMTP


def test_an_error_text_is_an_attempt_to_each_recipient() -> None:
    """With the sender that was named, numbered behind the bounces that have a time."""
    case = open_case(
        SETUP,
        at=AT,
        attempts=[_attempt("a@x.example", 0)],
        sender="list@sailing.example",
        recipients=("b@x.example", "c@x.example"),
        error="535 no",
    )
    assert [(one.id, one.recipient) for one in case.attempts] == [
        ("attempt-1", "a@x.example"),
        ("attempt-2", "b@x.example"),
        ("attempt-3", "c@x.example"),
    ]
    assert {one.sender for one in case.attempts[1:]} == {"list@sailing.example"}


def test_a_blank_error_is_none_and_a_long_one_is_cut() -> None:
    """What a person pastes is bounded."""
    assert open_case(SETUP, at=AT, error=" \n ").attempts == ()
    assert len(open_case(SETUP, at=AT, error="535 " + "x" * 5000).attempts[0].diagnostic) == 2000
