"""What an entry of the suppression list did to each mail."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.suppression_facts import Fate, Listed, fate, listed, spellings, watched
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.facts import MessageEvent, SuppressionFacts
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import MessageEvents, Suppression
from mailstrata.model.setup import Setup

AT = datetime(2026, 5, 12, 18, 40, tzinfo=UTC)
SEND = Attempt(
    id="attempt-1",
    sender="admin@sailing.example",
    recipient="Peter@dock.example",
    via=Via.SES_API,
    at=AT,
    message_id="m1",
)


def _listed(*, days: int, message_id: str = "m0") -> Listed:
    entry = SuppressionFacts(updated=AT + timedelta(days=days), message_id=message_id)
    return Listed(region="us-east-1", address="peter@dock.example", entry=entry)


@pytest.mark.parametrize(
    ("changes", "days", "message_id", "what"),
    [
        ({}, -10, "m0", Fate.DROPPED),
        ({}, 0, "m0", Fate.DROPPED),
        ({}, 1, "m0", Fate.OPEN),
        ({"at": None}, -10, "m0", Fate.OPEN),
        ({}, 1, "m1", Fate.MADE),
        ({"outcome": Outcome.BOUNCED}, 1, "m1", Fate.MADE),
        ({"outcome": Outcome.BOUNCED}, -10, "m0", Fate.OTHER),
        ({"outcome": Outcome.DELIVERED}, -10, "m0", Fate.OTHER),
        ({"outcome": Outcome.SUPPRESSED}, 1, "m0", Fate.DROPPED),
        ({"outcome": Outcome.REFUSED_AT_RELAY, "message_id": None}, -10, "m0", Fate.AHEAD),
        ({"message_id": None}, -10, "", Fate.AHEAD),
    ],
)
def test_the_dates_and_ids_tell_victim_from_cause(
    changes: dict[str, object], days: int, message_id: str, what: Fate
) -> None:
    """facts.md B5: the entry's date moves with each bounce, its message id names the one that made it."""
    send = dataclasses.replace(SEND, **changes)  # type: ignore[arg-type]
    assert fate(Evidence(), _listed(days=days, message_id=message_id), send) is what


@pytest.mark.parametrize(
    ("kind", "subtype", "what"),
    [
        ("Bounce", "Permanent/OnAccountSuppressionList", Fate.DROPPED),
        ("Bounce", "Permanent/General", Fate.OTHER),
        ("Delivery", "", Fate.OTHER),
        ("Send", "", Fate.OPEN),
    ],
)
def test_the_events_of_the_mail_settle_it(kind: str, subtype: str, what: Fate) -> None:
    """They are worth more than dates."""
    event = MessageEvent(at=AT, kind=kind, recipient="peter@dock.example", subtype=subtype)
    evidence = Evidence({MessageEvents("us-east-1", "m1"): Seen(value=(event,))})
    assert fate(evidence, _listed(days=1), SEND) is what


def test_both_spellings_are_asked_and_each_can_be_listed() -> None:
    """The list is matched to the letter when asked; a spelling that is unseen stays open beside one that is seen."""
    literal, small = spellings("us-east-1", "Peter@dock.example")
    assert small == Suppression("us-east-1", "peter@dock.example")
    entry = SuppressionFacts(updated=AT)
    unknown = Unknown(reason="throttled")
    evidence = Evidence({literal: unknown, small: Seen(value=entry)})
    found, unseen = listed(evidence, "us-east-1", "Peter@dock.example")
    assert [one.address for one in found] == ["peter@dock.example"]
    assert unseen == ((literal, unknown),)
    assert listed(Evidence({literal: Absent(), small: Absent()}), "us-east-1", "Peter@dock.example") == ((), ())


def test_each_recipient_is_watched_once_and_the_simulator_never() -> None:
    """Two spellings are one recipient."""
    again = dataclasses.replace(SEND, recipient="peter@dock.example")
    simulated = dataclasses.replace(SEND, recipient="bounce@simulator.amazonses.com")
    case = Case(setup=Setup(domain="sailing.example", region="us-east-1"), attempts=(SEND, again, simulated), at=AT)
    assert watched(case) == (("us-east-1", "Peter@dock.example"),)
