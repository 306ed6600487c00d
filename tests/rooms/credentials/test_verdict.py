"""What SES's answers mean."""

from __future__ import annotations

import pytest

from mailstrata.credentials.verdict import Outcome, Sent, Tried, conclude, of_answer, of_failure


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [  # facts.md A5, verbatim
        ("235 Authentication successful.", Outcome.ACCEPTED),
        ("535 Authentication Credentials Invalid", Outcome.REFUSED),
        ("535 Account not subscribed to SES", Outcome.NOT_SUBSCRIBED),
        ("535 Signature Version 2 is deprecated for use with SES from March 26, 2021.", Outcome.LEGACY),
        ("454 Temporary authentication failure", Outcome.TEMPORARY),
        ("454 Throttling failure: Maximum sending rate exceeded", Outcome.THROTTLED),
        ("421 Too many concurrent SMTP connections", Outcome.BUSY),
        ("530 Must issue a STARTTLS command first", Outcome.IN_CLEAR),
        ("451 4.4.2 Timeout waiting for data from client.", Outcome.TEMPORARY),
        (
            "554 Access denied: User `arn:aws:iam::123456789012:user/NAME' is not authorized to perform "
            "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/x'",
            Outcome.PERMISSION,
        ),
        ("554 Message rejected: Email address is not verified.", Outcome.IDENTITY),
        ("554 Message rejected: Sending paused for this account.", Outcome.PAUSED),
        ("250 Ok 0100-1", Outcome.ACCEPTED),
        ("599 who knows", Outcome.OTHER),
    ],
)
def test_each_answer_of_ses_is_told_apart(answer: str, outcome: Outcome) -> None:
    """By SES's own words."""
    assert of_answer(answer) is outcome


@pytest.mark.parametrize(
    ("failure", "stage", "late", "outcome"),
    [
        ("the connection timed out after 5 s", "connect", True, Outcome.TIMED_OUT),
        ("connection refused", "connect", False, Outcome.UNREACHABLE),
        ("the certificate is for another name", "tls", False, Outcome.TLS),
        ("STARTTLS is not offered", "starttls", False, Outcome.TLS),
        ("the server sends what is no SMTP reply", "banner", False, Outcome.GARBLED),
        ("the server closed the connection", "login", False, Outcome.OTHER),
    ],
)
def test_a_session_that_breaks_off_is_told_apart(failure: str, stage: str, *, late: bool, outcome: Outcome) -> None:
    """By how far it came."""
    assert of_failure(failure, stage=stage, late=late) is outcome


def _tried(outcome: Outcome) -> tuple[Tried, ...]:
    return (Tried(port=587, security="starttls", auth="PLAIN", outcome=outcome, answer=""),)


@pytest.mark.parametrize(
    ("login", "sent", "api", "part"),
    [
        (Outcome.REFUSED, None, True, "derivation"),
        (Outcome.REFUSED, None, False, "key"),
        (Outcome.REFUSED, None, None, "credential"),
        (Outcome.LEGACY, None, True, "legacy"),
        (Outcome.NOT_SUBSCRIBED, None, True, "subscription"),
        (Outcome.ACCEPTED, None, None, "right"),
        (Outcome.ACCEPTED, Outcome.ACCEPTED, True, "right"),
        (Outcome.ACCEPTED, Outcome.PERMISSION, True, "permission"),
        (Outcome.ACCEPTED, Outcome.IDENTITY, True, "identity"),
        (Outcome.ACCEPTED, Outcome.TEMPORARY, True, "undetermined"),
        (Outcome.TIMED_OUT, None, True, "undetermined"),
    ],
)
def test_the_differential_test(login: Outcome, sent: Outcome | None, api: bool | None, part: str) -> None:
    """API yes and SMTP no is the derivation, both no the key, login yes and send no permission or identity."""
    message = None if sent is None else Sent(outcome=sent, answer="")
    assert conclude(_tried(login), sent=message, api_works=api).part == part


def test_one_door_that_opens_is_enough() -> None:
    """A closed port beside an accepted login says nothing of the credential, and is told to whoever uses it."""
    closed = Tried(port=2587, security="starttls", auth="PLAIN", outcome=Outcome.TIMED_OUT, answer="no banner in 5 s")
    found = conclude((closed, *_tried(Outcome.ACCEPTED)), sent=None, api_works=None)
    assert found.part == "right"
    assert found.because.endswith(", but not at port 2587: no banner in 5 s")
