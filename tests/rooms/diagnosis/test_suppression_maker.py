"""Which refusal made an entry of the suppression list: by its id, by its time, or by SES's own record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.suppression_facts import Fate, Listed
from mailstrata.diagnosis.suppression_maker import NEAR, behind, maker
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.facts import MessageEvent, MxHost, SesAccountFacts, SuppressionFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Addresses, MessageEvents, Mx, Question, SesAccount

AT = datetime(2026, 5, 12, 18, 2, tzinfo=UTC)
REFUSED = Attempt(
    id="attempt-1",
    sender="admin@sailing.example",
    recipient="peter@dock.example",
    via=Via.SES_API,
    at=AT,
    outcome=Outcome.BOUNCED,
    diagnostic="550 5.4.1 Recipient address rejected: Access denied",
)
LISTED = Listed(
    region="us-east-1",
    address="peter@dock.example",
    entry=SuppressionFacts(updated=AT + timedelta(minutes=1), message_id="0100-old"),
)
OPEN: dict[Question[Any], Observation[Any]] = {
    Mx("dock.example"): Seen(value=(MxHost(preference=0, host="mx.dock.example"),)),
    Addresses("mx.dock.example"): Seen(value=("192.0.2.25",)),
    SesAccount("us-east-1"): Seen(value=SesAccountFacts(vdm=True)),
}
RECORD = MessageEvents("us-east-1", "0100-old")
BOUNCE = MessageEvent(at=AT, kind="Bounce", subtype="Permanent/General", diagnostic="smtp; 550 5.1.1 user unknown")


def _maker(send: Attempt, fate: Fate = Fate.OTHER, facts: dict[Question[Any], Observation[Any]] = OPEN) -> str | None:
    return maker(Evidence(facts), LISTED, (send,), {send.id: fate})


def test_the_mail_that_the_entry_names_made_it() -> None:
    """By SES's id, whatever the time."""
    assert _maker(replace(REFUSED, at=AT - timedelta(days=90)), Fate.MADE) == "recipient-unknown"


def test_a_bounce_just_before_the_entry_made_it() -> None:
    """An NDR does not always name SES's id."""
    assert _maker(REFUSED) == "recipient-unknown"


@pytest.mark.parametrize("at", [AT - NEAR - timedelta(hours=1), AT + timedelta(hours=1), None])
def test_a_bounce_of_another_time_did_not(at: datetime | None) -> None:
    """Two refusals may have two reasons."""
    assert _maker(replace(REFUSED, at=at)) is None


def test_where_no_way_leads_to_the_domain_that_is_what_made_it() -> None:
    """Whatever the words say."""
    closed = {**OPEN, Mx("dock.example"): Seen(value=(MxHost(preference=0, host="."),))}
    assert _maker(REFUSED, facts=closed) == "recipient-accepts-no-mail"


@pytest.mark.parametrize("words", ["", "550 no"])
def test_words_that_say_nothing_made_it_by_no_fault_that_is_known(words: str) -> None:
    """No guess is made."""
    assert _maker(replace(REFUSED, diagnostic=words)) is None


def test_ses_own_record_tells_of_a_mail_that_nobody_speaks_of() -> None:
    """With the Virtual Deliverability Manager on the words are kept."""
    past = behind(Evidence({**OPEN, RECORD: Seen(value=(BOUNCE,))}), LISTED)
    assert past is not None
    assert past.diagnostic == "550 5.1.1 user unknown"


@pytest.mark.parametrize("record", [Absent(), Unknown(reason="throttled"), Seen(value=())])
def test_without_a_record_nothing_is_told(record: Observation[Any]) -> None:
    """Nor is anything made up."""
    assert behind(Evidence({**OPEN, RECORD: record}), LISTED) is None
