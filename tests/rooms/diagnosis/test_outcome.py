from __future__ import annotations

import dataclasses
from datetime import timedelta
from itertools import permutations

import pytest
from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import settle, told
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.facts import MessageEvent
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import MessageEvents

SEND = Attempt(
    id="attempt-1",
    sender="admin@sailing.example",
    recipient="Peter@dock.example",
    via=Via.SES_API,
    message_id="0100-aa",
)
QUESTION = MessageEvents("us-east-1", "0100-aa")


def _event(
    kind: str, *, subtype: str = "", diagnostic: str = "", recipient: str = "peter@dock.example"
) -> MessageEvent:
    return MessageEvent(at=AT, kind=kind, recipient=recipient, subtype=subtype, diagnostic=diagnostic)


def _case(*attempts: Attempt) -> Case:
    return Case(setup=toml_setup(STANDARD_SETUP), attempts=attempts, at=AT)


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (_event("Delivery"), Outcome.DELIVERED),
        (_event("DeliveryDelay"), Outcome.DELAYED),
        (_event("Bounce", subtype="Permanent/General"), Outcome.BOUNCED),
        (_event("Bounce", subtype="Permanent/OnAccountSuppressionList"), Outcome.SUPPRESSED),
        (_event("Reject"), Outcome.BOUNCED),
        (_event("Send"), Outcome.UNKNOWN),
        (_event("Complaint"), Outcome.UNKNOWN),
    ],
)
def test_an_event_tells_what_became_of_a_mail(event: MessageEvent, outcome: Outcome) -> None:
    """Kind and subtype in SES's own words (facts.md B7)."""
    assert told(SEND, [event]).outcome is outcome


def test_the_gravest_end_stands_in_whatever_order_the_events_come() -> None:
    """A Bounce after a Delivery stands: the server took the mail and sent it back."""
    events = [
        _event("Send"),
        _event("DeliveryDelay"),
        _event("Delivery"),
        _event("Bounce", subtype="Permanent/General"),
    ]
    for order in permutations(events):
        assert told(SEND, order).outcome is Outcome.BOUNCED


def test_a_delay_that_ended_in_delivery_is_delivered() -> None:
    """The delay is over."""
    assert told(SEND, [_event("DeliveryDelay"), _event("Delivery")]).outcome is Outcome.DELIVERED


def test_events_of_another_recipient_tell_nothing() -> None:
    """One mail may have several; case does not matter, and an event without a recipient is about all."""
    assert told(SEND, [_event("Bounce", recipient="ann@harbor.example")]) == SEND
    assert told(SEND, [_event("Delivery", recipient="PETER@DOCK.EXAMPLE")]).outcome is Outcome.DELIVERED
    assert told(SEND, [_event("Delivery", recipient="")]).outcome is Outcome.DELIVERED


def test_the_servers_words_are_kept_and_read() -> None:
    """SES writes them behind ``smtp;``."""
    words = "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound"
    after = told(SEND, [_event("Bounce", diagnostic=words)])
    assert after.diagnostic == words
    assert after.reply is not None
    assert (after.reply.code, after.reply.enhanced) == (550, "5.1.10")


def test_an_event_without_words_leaves_those_that_were_known() -> None:
    """A bounce at hand says more than SES's event."""
    known = dataclasses.replace(SEND, diagnostic="550 5.7.1 no")
    assert told(known, [_event("Bounce")]).diagnostic == "550 5.7.1 no"


def test_settle_looks_in_each_region_in_use() -> None:
    """The region of the alias's host counts as the setup's own."""
    evidence = Evidence({QUESTION: Seen(value=(_event("Delivery"),))})
    assert settle(_case(SEND), evidence).attempts[0].outcome is Outcome.DELIVERED


@pytest.mark.parametrize("seen", [Absent(), Unknown(reason="denied")])
def test_without_events_an_attempt_stays_as_it_was(seen: Absent | Unknown) -> None:
    """Nothing recorded is not nothing happened."""
    case = _case(SEND, dataclasses.replace(SEND, id="attempt-2", message_id=None))
    assert settle(case, Evidence({QUESTION: seen})) == case
    assert settle(case, Evidence()) == case


def test_prospects_are_left_alone() -> None:
    """They have no events yet."""
    case = dataclasses.replace(_case(), prospects=(SEND,), at=AT + timedelta(hours=1))
    assert settle(case, Evidence({QUESTION: Seen(value=(_event("Delivery"),))})) == case
