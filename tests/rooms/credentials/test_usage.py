"""Who sends through SES, as its events tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailstrata.credentials.usage import SentMail, callers_of, evidence, merged, of_attempt, of_events, senders, through
from mailstrata.formats.ses_event import stream
from mailstrata.model.attempt import Attempt, Via
from mailstrata.model.facts import MessageEvent

AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
USER = "ses-smtp-relay"


def _event(number: int, *, to: str = "ann@harbor.example", **mail: Any) -> str:
    tags = {"ses:caller-identity": [USER], "ses:source-ip": ["209.85.220.41"]}
    told = {
        "timestamp": f"2026-05-12T18:4{number}:00Z",
        "source": "Ada <Admin@sailing.example>",
        "messageId": f"0100-{number}",
        "destination": [to],
        "tags": tags,
    }
    return json.dumps({"eventType": "Send", "send": {}, "mail": {**told, **mail}})


def _sent(days: float, *, caller: str = USER, sender: str = "admin@sailing.example", ip: str = "192.0.2.1") -> SentMail:
    at = AT + timedelta(days=days)
    return SentMail(message_id=f"{days}{sender}", at=at, caller=caller, source_ip=ip, sender=sender)


def test_a_mail_is_told_once_however_many_events_it_has() -> None:
    """Its sender is the bare address; later ones come later."""
    (first, second) = of_events(stream(_event(4) + _event(3) + _event(4)))
    assert (first.message_id, second.message_id) == ("0100-3", "0100-4")
    assert (first.caller, first.source_ip, first.sender) == (USER, "209.85.220.41", "admin@sailing.example")


def test_tests_and_mails_without_a_caller_are_no_use() -> None:
    """A test message goes to SES's mailbox simulator; some events have no tags."""
    lines = _event(1, to="success@simulator.amazonses.com") + _event(2, tags={}) + _event(3, messageId="")
    assert of_events(stream(lines)) == ()


def test_an_attempt_whose_record_names_a_caller_is_a_mail() -> None:
    """SES's own record of the events (message insights), where there is one."""
    attempt = Attempt(
        id="", sender="Admin@sailing.example", recipient="ann@harbor.example", via=Via.GMAIL_ALIAS, message_id="0100-1"
    )
    event = MessageEvent(at=AT, kind="Send", caller=USER, source_ip="209.85.220.41")
    (mail,) = of_attempt(attempt, (MessageEvent(at=AT, kind="Send"), event))
    assert (mail.at, mail.caller, mail.sender) == (AT, USER, "admin@sailing.example")
    assert of_attempt(attempt, (MessageEvent(at=AT, kind="Send"),)) == ()


@pytest.mark.parametrize(
    ("operation", "api"), [("SendEmail", True), ("SendRawEmail", True), ("SendSmtpEmail", False), ("", False)]
)
def test_a_mail_by_the_api_is_known_by_its_operation(operation: str, api: bool) -> None:
    """What the tag says of SMTP is not documented: all that is no call of the API may be it."""
    tags = {"ses:caller-identity": [USER], "ses:operation": [operation]}
    (mail,) = of_events(stream(_event(1, tags=tags)))
    assert mail.api is api
    assert callers_of([mail], "admin@sailing.example") == (() if api else (USER,))


def test_a_user_is_the_same_in_any_case_and_a_moment_is_not_after_itself() -> None:
    """IAM does not tell users apart by case."""
    mails = (_sent(0), _sent(1), _sent(2, caller="other"))
    assert through(mails, "SES-SMTP-relay", since=AT) == (_sent(1),)
    assert merged(mails, mails) == mails


def test_the_latest_sender_of_an_address_comes_first() -> None:
    """Each once."""
    mails = (
        _sent(0, caller="a"),
        _sent(1, caller="b"),
        _sent(2, caller="a"),
        _sent(3, caller="c", sender="x@y.example"),
    )
    assert callers_of(mails, "Admin@Sailing.example") == ("a", "b")


def test_senders_are_named_by_address_and_origin_a_few_of_them() -> None:
    """The rest is counted."""
    mails = [_sent(number, ip=f"192.0.2.{number}") for number in range(6)]
    told = senders([*mails, _sent(7, ip="192.0.2.0")])
    assert told[0] == "admin@sailing.example from 192.0.2.0 (2 mails, the last on 2026-05-19)"
    assert told[-1] == "2 more"
    assert len(told) == 5


def test_the_evidence_says_that_two_keys_of_a_user_cannot_be_told_apart() -> None:
    """And says nothing where there are no events."""
    assert evidence(USER, ["AKIAONE"], ()) == ()
    assert evidence("other", ["AKIAONE"], [_sent(0)]) == ("SES's events, of 1 mail, name other in none",)
    assert "cannot be told apart" not in evidence(USER, ["AKIAONE"], [_sent(0)])[0]
    assert "they name the user and not the key" in evidence(USER, ["AKIAONE", "AKIATWO"], [_sent(0)])[0]
