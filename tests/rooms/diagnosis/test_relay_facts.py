"""Shared readings of the relay stratum."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailstrata.diagnosis import relay_facts
from mailstrata.diagnosis.relay_facts import Refusal, Trouble
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.facts import EndpointFacts, TlsFacts
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias, Setup

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
HOST = "email-smtp.us-east-1.amazonaws.com"
ALIAS = Alias(address="admin@sailing.example", host=HOST, username="AKIAEXAMPLE")


def sent(minute: int | None, text: str, *, via: Via = Via.GMAIL_ALIAS, outcome: Outcome | None = None) -> Attempt:
    """An attempt at a minute after noon, by default refused at the relay with ``text``."""
    return Attempt(
        id=f"attempt-{minute}",
        sender="Admin@sailing.example",
        recipient="ann@harbor.example",
        via=via,
        at=None if minute is None else NOON + timedelta(minutes=minute),
        outcome=outcome or Outcome.REFUSED_AT_RELAY,
        reply=Reply.parse(text),
        diagnostic=text,
    )


def case(*attempts: Attempt) -> Case:
    """A case with one alias."""
    return Case(setup=Setup(domain="sailing.example", region="us-east-1", aliases=(ALIAS,)), attempts=attempts, at=NOON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("535 Authentication Credentials Invalid", Refusal.LOGIN),
        ("535 Account not subscribed to SES", Refusal.LOGIN),
        ("530 Must issue a STARTTLS command first", Refusal.NO_AUTH),
        ("530 Authentication required", Refusal.NO_AUTH),
        ("454 Temporary authentication failure", Refusal.OTHER),
        ("554 Message rejected: Email address is not verified.", Refusal.OTHER),
        (
            "554 Access denied: User `arn:aws:iam::123456789012:user/x' is not authorized to perform "
            "`ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:123456789012:identity/x'",
            Refusal.DENIED,
        ),
        (
            "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability",
            Refusal.NO_AUTH,
        ),
        ("TLS Negotiation failed, the certificate doesn't match the host., code: 0", Refusal.TLS),
        ("Connection timed out: There may be a problem with the settings you added., code: 0", Refusal.CONNECT),
        ("451 4.4.2 Timeout waiting for data from client.", Refusal.OTHER),
        ("something else", Refusal.OTHER),
        ("", Refusal.SILENT),
    ],
)
def test_the_servers_words_tell_the_step(text: str, expected: Refusal) -> None:
    """The texts of facts.md A5 and C3, and what each speaks of."""
    assert relay_facts.kind(sent(1, text)) is expected


def test_what_was_not_refused_at_the_relay_is_no_refusal_of_it() -> None:
    """A recipient's 535 would be nobody's login."""
    assert relay_facts.kind(sent(1, "535 No", outcome=Outcome.BOUNCED)) is None


def test_a_later_mail_of_the_same_way_overtakes_a_refusal() -> None:
    """A login that worked since shows that its cause is gone."""
    refused, through = sent(1, "535 No"), sent(2, "", outcome=Outcome.DELIVERED)
    assert relay_facts.standing(case(refused, through), (ALIAS,), Refusal.LOGIN) == ()
    assert relay_facts.standing(case(through, refused), (ALIAS,), Refusal.LOGIN) == ()


@pytest.mark.parametrize(
    "other",
    [
        sent(0, "", outcome=Outcome.DELIVERED),
        sent(2, "", outcome=Outcome.DELIVERED, via=Via.SES_SMTP),
        sent(2, "", outcome=Outcome.DELIVERED, via=Via.SES_API),
        sent(2, "", outcome=Outcome.UNKNOWN),
        sent(None, "", outcome=Outcome.DELIVERED),
        sent(2, "454 Temporary authentication failure"),
    ],
)
def test_nothing_else_overtakes_it(other: Attempt) -> None:
    """Neither an earlier mail, nor one of another way, nor one of unknown fate or time."""
    refused = sent(1, "535 No")
    assert relay_facts.standing(case(refused, other), (ALIAS,), Refusal.LOGIN) == (refused,)


def test_a_refusal_after_the_login_overtakes_a_refused_login_but_no_denial() -> None:
    """554 shows that the login succeeded, and nothing about permission to send (facts.md A4)."""
    later = sent(3, "554 Message rejected: Email address is not verified.")
    denied = sent(2, "554 Access denied: User `x' is not authorized to perform `ses:SendRawEmail'")
    assert relay_facts.standing(case(sent(1, "535 No"), later), (ALIAS,), Refusal.LOGIN) == ()
    assert relay_facts.standing(case(denied, later), (ALIAS,), Refusal.DENIED) == (denied,)


@pytest.mark.parametrize(
    ("port", "security", "fits"),
    [
        (25, "starttls", True),
        (587, "starttls", True),
        (2587, "starttls", True),
        (465, "ssl", True),
        (2465, "ssl", True),
        (587, "ssl", False),
        (465, "starttls", False),
        (25, "none", False),
        (2525, "starttls", False),
    ],
)
def test_a_port_takes_its_own_security_only(port: int, security: str, fits: bool) -> None:
    """The pairs of facts.md A1."""
    assert relay_facts.fits(Alias(address="a@sailing.example", host=HOST, port=port, security=security)) is fits


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (EndpointFacts(tls=TlsFacts()), None),
        (EndpointFacts(failure="connection refused", stage="connect"), Trouble.REACH),
        (EndpointFacts(failure="no banner in 5 s", stage="banner"), Trouble.REACH),
        (EndpointFacts(failure="EHLO is answered with 421 Busy", stage="ehlo"), Trouble.REACH),
        (EndpointFacts(failure="STARTTLS is not offered", stage="ehlo"), Trouble.TLS),
        (EndpointFacts(failure="the TLS handshake failed", stage="tls"), Trouble.TLS),
        (EndpointFacts(tls=TlsFacts(problem="the certificate has expired")), Trouble.TLS),
        (EndpointFacts(tls=TlsFacts(), auth=()), Trouble.TLS),
        (EndpointFacts(tls=TlsFacts(), auth=("LOGIN",)), None),
    ],
)
def test_an_endpoint_falls_short_in_one_of_two_ways(facts: EndpointFacts, expected: Trouble | None) -> None:
    """It can not be reached, or what is reached can not be trusted with a login."""
    assert relay_facts.trouble(facts) is expected


def test_aliases_that_share_a_key_share_its_target() -> None:
    """The first alias of a key stands for all, so that findings about key and login belong together."""
    other = Alias(address="crew@sailing.example", host="email-smtp.eu-west-1.amazonaws.com", username="AKIAEXAMPLE")
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=(ALIAS, other))
    both = Case(setup=setup, at=NOON)
    assert dict(relay_facts.target(both, (other,))) == {"alias": "admin@sailing.example", "region": "eu-west-1"}
    assert dict(relay_facts.target(both, (ALIAS, other))) == {"alias": "admin@sailing.example"}
