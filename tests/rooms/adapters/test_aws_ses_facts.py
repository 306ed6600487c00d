"""SES's answers as facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mailstrata.adapters.aws_ses_facts import events, identity_facts, moment

WHEN = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)


def _events_of(kind: str, details: dict[str, Any]) -> Any:
    event = {"Timestamp": WHEN, "Type": kind, "Details": details}
    return events({"Insights": [{"Destination": "peter@dock.example", "Events": [event]}]})[0]


def test_moments_are_in_utc() -> None:
    """Whatever zone boto3 puts them in."""
    assert moment(WHEN.astimezone(timezone(timedelta(hours=5)))) == WHEN
    assert moment(WHEN.astimezone(timezone(timedelta(hours=5)))).utcoffset() == timedelta(0)
    with pytest.raises(TypeError, match="str is no time"):
        moment("2026-05-02")


@pytest.mark.parametrize(
    ("kind", "word"), [("DELIVERY_DELAY", "DeliveryDelay"), ("RENDERING_FAILURE", "Rendering Failure"), ("NEW", "NEW")]
)
def test_kinds_are_those_of_events(kind: str, word: str) -> None:
    """A kind that nobody knows yet is kept as it is."""
    assert _events_of(kind, {}).kind == word


def test_a_suppressed_recipient_is_told_by_the_subtype() -> None:
    """For a bounce that SES made itself, and for a complaint."""
    bounce = {"Bounce": {"BounceType": "PERMANENT", "BounceSubType": "OnAccountSuppressionList"}}
    assert _events_of("BOUNCE", bounce).subtype == "Permanent/OnAccountSuppressionList"
    complaint = {"Complaint": {"ComplaintSubType": "OnAccountSuppressionList"}}
    assert _events_of("COMPLAINT", complaint).subtype == "OnAccountSuppressionList"


def test_an_identity_without_dkim_attributes_cannot_be_read() -> None:
    """Else it would look like one whose signing is off."""
    with pytest.raises(KeyError):
        identity_facts({"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True, "VerificationStatus": "SUCCESS"})
