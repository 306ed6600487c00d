"""Answers of recipients' servers: read as ``bounce read`` reads them, from wherever they are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.pasted import pasted
from mailstrata.diagnosis.answers import Answer, Unheard, answers, read, words_of
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.facts import MessageEvent, SesAccountFacts
from mailstrata.model.finding import Grade
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import MessageEvents, Question, SesAccount
from mailstrata.model.setup import Setup

AT = datetime(2026, 5, 12, 18, 40, tzinfo=UTC)
SEND = Attempt(
    id="attempt-1",
    sender="admin@sailing.example",
    recipient="peter@dock.example",
    via=Via.SES_API,
    at=AT,
    message_id="m1",
    source="ndr.eml",
)
TEXTS = (
    "550 5.4.1 Recipient address rejected: Access denied",
    "554 5.2.2 mailbox full",
    "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
    "550 5.7.606 Access denied, banned sending IP [192.0.2.10] (AS16012609)",
    "450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/dock.example.html",
)


def _heard(send: Attempt, facts: dict[Question[Any], Observation[Any]] | None = None) -> list[Answer | Unheard]:
    case = Case(setup=Setup(domain="sailing.example", region="us-east-1"), attempts=(send,), at=AT)
    return list(answers(case, Evidence(facts or {})))


@pytest.mark.parametrize("text", TEXTS)
def test_an_attempt_is_read_as_its_bounce_is(text: str) -> None:
    """The reading of ``diagnose --bounce`` is that of ``bounce read``, whatever the two keep of the mail."""
    bounce = replace(pasted(text), recipient="peter@dock.example", sender="admin@sailing.example")
    (attempt,) = attempts([bounce])
    assert read(attempt) == classify(bounce)


def test_the_words_around_the_answer_count_too() -> None:
    """Where the answer itself says nothing, the notice may."""
    bounce = Bounce(recipient="peter@dock.example", diagnostic="550 failed", context="The mailbox is full.")
    (attempt,) = attempts([bounce])
    assert read(attempt) == classify(bounce)


def test_the_proof_of_a_bounce_is_reported_and_names_its_file() -> None:
    """Nobody of ours saw the server."""
    bounced = replace(SEND, outcome=Outcome.BOUNCED, diagnostic=TEXTS[0])
    (answer,) = _heard(bounced)
    assert isinstance(answer, Answer)
    proof = answer.proof(Evidence())
    assert (proof.grade, proof.source, proof.quote) == (Grade.REPORTED, "ndr.eml", TEXTS[0])


def test_the_events_that_ses_keeps_are_read_like_a_bounce() -> None:
    """With the Virtual Deliverability Manager on nobody has to find the bounce."""
    events = (MessageEvent(at=AT, kind="Bounce", diagnostic=f"smtp; {TEXTS[1]}", subtype="Transient/MailboxFull"),)
    facts: dict[Question[Any], Observation[Any]] = {
        SesAccount("us-east-1"): Seen(value=SesAccountFacts(vdm=True)),
        MessageEvents("us-east-1", "m1"): Seen(value=events),
    }
    (answer,) = _heard(SEND, facts)
    assert isinstance(answer, Answer)
    assert answer.said.code == "recipient-full"
    assert answer.proof(Evidence(facts)).question == "events us-east-1 m1"


def test_events_that_cannot_be_read_leave_the_mail_unheard() -> None:
    """A throttled call is no silence."""
    facts: dict[Question[Any], Observation[Any]] = {
        SesAccount("us-east-1"): Seen(value=SesAccountFacts(vdm=True)),
        MessageEvents("us-east-1", "m1"): Unknown(reason="throttled"),
    }
    (unheard,) = _heard(SEND, facts)
    assert isinstance(unheard, Unheard)
    assert unheard.unknown.reason == "throttled"


@pytest.mark.parametrize(
    "outcome", [Outcome.REFUSED_AT_RELAY, Outcome.SUPPRESSED, Outcome.DELIVERED], ids=lambda one: one.value
)
def test_what_no_server_of_the_recipient_refused_is_no_answer(outcome: Outcome) -> None:
    """SES's suppression notice says 5.1.1, and nobody was asked (facts.md B5)."""
    assert _heard(replace(SEND, outcome=outcome, diagnostic="550 5.1.1 user unknown")) == []


def test_a_bounce_without_any_words_is_no_answer() -> None:
    """What nobody said cannot be read."""
    assert words_of(SEND) == ""
    assert _heard(replace(SEND, outcome=Outcome.BOUNCED)) == []
