from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.bounce import Bounce
from mailstrata.model.attempt import Outcome, Via
from mailstrata.model.reply import Reply

AT = datetime(2026, 5, 12, 18, 12, tzinfo=UTC)
ALIAS = Bounce(
    recipient="peter@dock.example",
    dialect="gmail-alias",
    reply=Reply(code=535, text="Authentication Credentials Invalid"),
    sent=AT,
    x_gmail_original_message_id="one@mail.gmail.com",
    sender="admin@sailing.example",
    alias="admin@sailing.example",
    via=Via.GMAIL_ALIAS,
)
SES = Bounce(
    recipient="peter@dock.example",
    dialect="ses",
    sent=AT,
    message_id="0100019f-3@email.amazonses.com",
    sender="admin@sailing.example",
)


def test_gmails_alias_bounce_is_a_mail_refused_at_the_relay() -> None:
    """Gmail could not hand it over: the recipient's server never saw it."""
    (attempt,) = attempts((ALIAS,))
    assert (attempt.id, attempt.via, attempt.outcome) == ("attempt-1", Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY)
    assert attempt.header_message_id == "one@mail.gmail.com"
    assert attempt.message_id is None


def test_a_suppression_bounce_of_ses_is_a_suppressed_mail() -> None:
    """SES's id of the mail is taken from its Message-ID."""
    (attempt,) = attempts((replace(SES, suppressed="account"),))
    assert (attempt.outcome, attempt.message_id) == (Outcome.SUPPRESSED, "0100019f-3")


def test_what_a_server_refused_has_bounced() -> None:
    """Also when SES is the one who tells."""
    (attempt,) = attempts((SES,))
    assert attempt.outcome is Outcome.BOUNCED


def test_a_bounce_read_twice_is_one_attempt() -> None:
    """Folding looks at the mail and its recipient, not at where the bounce was found."""
    assert len(attempts((ALIAS, replace(ALIAS, source="copy.eml")))) == 1


def test_two_mails_to_one_recipient_stay_two() -> None:
    """Two failures in one thread may have two causes."""
    again = replace(ALIAS, x_gmail_original_message_id="two@mail.gmail.com")
    assert [attempt.id for attempt in attempts((ALIAS, again))] == ["attempt-1", "attempt-2"]


def test_a_failure_after_a_delay_is_one_failed_attempt_in_either_order() -> None:
    """The warning of a delay is no end."""
    delay = replace(SES, action="delayed")
    assert [attempt.outcome for attempt in attempts((delay, SES))] == [Outcome.BOUNCED]
    assert [attempt.outcome for attempt in attempts((SES, delay))] == [Outcome.BOUNCED]


def test_attempts_are_numbered_in_the_order_of_time() -> None:
    """Whatever the order in which the bounces were read."""
    later = replace(SES, sent=AT + timedelta(hours=1))
    assert [attempt.via for attempt in attempts((later, ALIAS))] == [Via.GMAIL_ALIAS, Via.SES_API]


def test_a_recipient_that_is_no_address_is_no_attempt() -> None:
    """An X.400 name in a bounce cannot be diagnosed."""
    assert attempts((replace(SES, recipient="/c=ww/admd=x"),)) == ()


def test_bounces_that_do_not_name_their_mail_are_told_apart_by_what_they_say() -> None:
    """Without a Message-ID only the very same words count as the same bounce."""
    bare = replace(SES, message_id="", diagnostic="550 no")
    assert len(attempts((bare, bare, replace(bare, diagnostic="552 full")))) == 2


def test_an_event_of_ses_names_the_mail_by_ses_own_id() -> None:
    """It stands bare there and is no Message-ID."""
    (attempt,) = attempts((replace(SES, dialect="ses-event", message_id="0100019f-3"),))
    assert (attempt.message_id, attempt.header_message_id) == ("0100019f-3", None)


def test_who_calls_a_mail_spam_has_it() -> None:
    """A complaint proves that it was delivered (RFC 5965)."""
    (attempt,) = attempts((replace(SES, dialect="ses-event", action="complained"),))
    assert attempt.outcome is Outcome.DELIVERED
