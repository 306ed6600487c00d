from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.ses_events import told
from mailstrata.formats.ses_event import events
from mailstrata.model.attempt import Via


def _event(kind: str, about: dict[str, object]) -> str:
    name = kind[:1].lower() + kind[1:]
    return json.dumps(
        {"eventType": kind, name: about, "mail": {"destination": ["ann@dock.example"], "messageId": "0100"}}
    )


def _bounce(diagnostic: str = "", *, kind: str = "Permanent", subtype: str = "General", status: str = "") -> str:
    recipient = {"emailAddress": "ann@dock.example", "status": status, "diagnosticCode": diagnostic}
    return _event("Bounce", {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]})


DELAY = {
    "emailAddress": "ann@dock.example",
    "status": "4.4.1",
    "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
}
ANN = [{"emailAddress": "ann@dock.example"}]
LISTED: dict[str, object] = {"complaintSubType": "OnAccountSuppressionList", "complainedRecipients": ANN}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (_bounce("smtp; 550 5.1.1 user unknown", status="5.1.1"), "userunknown recipient recipient-unknown you"),
        (_bounce("smtp; 550 denied", kind="Transient"), "policyviolation recipient recipient-refuses-policy recipient"),
        (_bounce(status="5.1.1", subtype="OnAccountSuppressionList"), "suppressed account recipient-suppressed you"),
        (_bounce(subtype="Suppressed"), "suppressed account recipient-globally-suppressed you"),
        (_bounce(kind="Transient", subtype="MailboxFull"), "mailboxfull recipient recipient-full recipient"),
        (_bounce(kind="Transient", subtype="MessageTooLarge"), "mesgtoobig recipient recipient-refuses-content you"),
        (_bounce(subtype="NoEmail"), "userunknown recipient recipient-unknown you"),
        (_bounce(), "onhold recipient None recipient"),
        (_event("Reject", {"reason": "Bad content"}), "virusdetected relay None you"),
        (_event("DeliveryDelay", {"delayedRecipients": [DELAY]}), "expired recipient recipient-silent recipient"),
        (_event("Complaint", {"complainedRecipients": ANN}), "feedback recipient None you"),
        (_event("Complaint", LISTED), "suppressed account recipient-suppressed you"),
    ],
)
def test_an_event_is_classified_like_a_bounce(event: str, expected: str) -> None:
    """By status and words; SES's own type of bounce counts where there are none (facts.md B5, B7)."""
    (bounce,) = told(events(event)[0])
    said = classify(bounce)
    assert bounce.recipient == "ann@dock.example"
    assert f"{said.reason} {said.stratum} {said.code} {said.owner}" == expected


def test_a_delay_tells_until_when_the_mail_is_tried() -> None:
    """SES's expirationTime is what RFC 3464 calls Will-Retry-Until."""
    about: dict[str, object] = {"expirationTime": "2026-05-13T18:43:00.000Z", "delayedRecipients": [DELAY]}
    (bounce,) = told(events(_event("DeliveryDelay", about))[0])
    assert bounce.will_retry_until == datetime(2026, 5, 13, 18, 43, tzinfo=UTC)


def test_sender_and_recipient_are_told_as_addresses_without_their_names() -> None:
    """The source is as the sender wrote it (facts.md B7); a diagnosis compares it with its aliases."""
    mail = {"source": "Ann at Sailing <ann@Sailing.example>", "destination": ["Bob <bob@dock.example>"]}
    (bounce,) = told(events(json.dumps({"eventType": "Reject", "reject": {"reason": "Bad content"}, "mail": mail}))[0])
    assert (bounce.sender, bounce.recipient) == ("ann@sailing.example", "bob@dock.example")


def test_the_headers_of_an_event_tell_which_way_the_mail_came() -> None:
    """Gmail's own name of the mail, and SES's SMTP endpoint (facts.md B7, C3); without headers it counts as sent by the API."""
    about = {"bouncedRecipients": ANN}
    gmails = [{"name": "X-Gmail-Original-Message-ID", "value": "<CA-1@mail.gmail.com>"}, {"name": "From"}, "?"]
    smtp = [{"name": "Received", "value": "from [192.0.2.1] by email-smtp.us-east-1.amazonaws.com\r\n with SMTP"}]
    found = []
    for headers in (gmails, smtp, []):
        event = {"eventType": "Bounce", "bounce": about, "mail": {"messageId": "0100", "headers": headers}}
        (bounce,) = told(events(json.dumps(event))[0])
        found.append((bounce.via, bounce.x_gmail_original_message_id))
    assert found == [(Via.GMAIL_ALIAS, "CA-1@mail.gmail.com"), (Via.SES_SMTP, ""), (Via.SES_API, "")]


@pytest.mark.parametrize("kind", ["Send", "Delivery", "Open", "Click", "Rendering Failure", "Subscription"])
def test_other_events_tell_of_no_failure(kind: str) -> None:
    """Nothing bounced."""
    assert told(events(json.dumps({"eventType": kind, "mail": {"destination": ["ann@dock.example"]}}))[0]) == ()
