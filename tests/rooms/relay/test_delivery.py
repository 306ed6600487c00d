"""What happens to an offered mail: the decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats import dsn
from mailstrata.model.relaying import Ending, Entry, Row, State
from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted, Outcome, Refused, Unsent, Unsettled
from mailstrata.relay.answers import answer
from mailstrata.relay.delivery import (
    MOST,
    Mode,
    Step,
    decide,
    divided,
    entry,
    fingerprint,
    halves,
    joined,
    notice,
    notice_again,
    repeated,
)
from mailstrata.relay.message import prepare
from mailstrata.relay.offer import Offer

OFFER = Offer(
    login="ann",
    sender="admin@sailing.example",
    recipients=("guest@dock.example",),
    message=b"Received: one\r\nFrom: admin@sailing.example\r\nMessage-ID: <1@sailing.example>\r\n\r\nAhoy\r\n",
    peer="192.0.2.1",
    session="s1",
    at=datetime(2026, 5, 12, 18, 43, tzinfo=UTC),
    helo="client.example",
    tls="TLSv1.3",
)
ROW = Row(
    id=7,
    entry=Entry(login="ann", sender="admin@sailing.example", recipients=("a@dock.example",), at=1000),
    ending=Ending(state=State.SPOOLED),
)
TAKEN = Accepted(id="0100", region="us-east-1")
THROTTLED = Refused(error="TooManyRequestsException", text="", status=429, region="us-east-1")
BROKEN = Refused(error="MessageRejected", text="", status=400, region="us-east-1")


@pytest.mark.parametrize(
    ("outcome", "through", "spool", "promised"),
    [
        (TAKEN, Step.ACCEPT, Step.ACCEPT, Step.ACCEPT),
        (THROTTLED, Step.ANSWER, Step.KEEP, Step.KEEP),
        (Unsent(reason="down"), Step.ANSWER, Step.KEEP, Step.KEEP),
        (BROKEN, Step.ANSWER, Step.ANSWER, Step.CONCEDE),
        (Unsettled(reason="silence"), Step.WAIT, Step.WAIT, Step.WAIT),
    ],
)
def test_the_step_after_each_outcome(outcome: Outcome, through: Step, spool: Step, promised: Step) -> None:
    """In through mode, in spool mode, and when the client has heard 250 already."""
    verdict = answer(outcome)
    assert decide(outcome, verdict, mode=Mode.THROUGH, promised=False) is through
    assert decide(outcome, verdict, mode=Mode.SPOOL, promised=False) is spool
    assert {decide(outcome, verdict, mode=mode, promised=True) for mode in Mode} == {promised}


@given(st.integers(1, 400))
def test_recipients_are_divided_into_what_ses_takes(count: int) -> None:
    """All of them, in order, none twice."""
    recipients = tuple(f"{number}@dock.example" for number in range(count))
    parts = divided(recipients)
    assert sum(parts, ()) == recipients
    assert max(map(len, parts)) <= MOST
    assert len(parts) == -(-count // MOST)


def test_a_repeat_has_the_fingerprint_of_the_first() -> None:
    """Also at another time, from another address, with another trace."""
    again = replace(OFFER, at=datetime(2026, 5, 12, 19, tzinfo=UTC), peer="192.0.2.9", session="s2")
    traced = replace(OFFER, message=OFFER.message.replace(b"Received: one", b"Received: two"))
    prints = {fingerprint(offer, offer.recipients, prepare(offer.message)) for offer in (OFFER, again, traced)}
    assert len(prints) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(OFFER, login="ben"),
        replace(OFFER, sender="ben@sailing.example"),
        replace(OFFER, recipients=("guest@dock.example", "b@dock.example")),
        replace(OFFER, message=OFFER.message.replace(b"<1@", b"<2@")),
        replace(OFFER, message=OFFER.message + b"."),
    ],
)
def test_another_mail_has_another_fingerprint(other: Offer) -> None:
    """Login, envelope, header and body all count."""
    assert fingerprint(other, other.recipients, prepare(other.message)) != fingerprint(
        OFFER, OFFER.recipients, prepare(OFFER.message)
    )


def test_the_entry_holds_what_the_ledger_keeps() -> None:
    """With the report of what was changed."""
    made = entry(OFFER, OFFER.recipients, prepare(OFFER.message))
    assert (made.at, made.message_id, made.changes) == (
        1_778_611_380_000,
        "<1@sailing.example>",
        ("own Message-ID added to References",),
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.ACCEPTED, "250 2.0.0 Ok 0100"),
        (State.SPOOLED, "250 2.0.0 Ok queued as 7"),
        (State.GIVEN_UP, "250 2.0.0 Ok queued as 7"),
        (State.DIVIDED, "250 2.0.0 Ok queued as 7"),
        (State.HANDED, "451 4.4.2 "),
    ],
)
def test_a_repeat_hears_what_became_of_the_first(state: State, said: str) -> None:
    """And 451 as long as nobody knows."""
    assert str(repeated(replace(ROW, ending=Ending(state=state, ses_id="0100")))).startswith(said)


def test_the_parts_of_a_mail_have_one_reply() -> None:
    """With all their ids."""
    parts = [Reply(code=250, enhanced="2.0.0", text=text) for text in ("Ok 0100", "Ok queued as 7")]
    assert str(joined(parts)) == "250 2.0.0 Ok 0100 queued as 7"


@given(st.integers(1, 50))
def test_halves_hold_all_recipients(count: int) -> None:
    """A single one stays single."""
    recipients = tuple(f"{number}@dock.example" for number in range(count))
    parts = halves(replace(ROW, entry=replace(ROW.entry, recipients=recipients, fingerprint="f")))
    assert sum((part.recipients for part in parts), ()) == recipients
    assert len(parts) == min(count, 2)
    assert {part.fingerprint for part in parts} == {None}


def test_the_sender_of_a_mail_that_is_given_up_gets_a_notice() -> None:
    """From his own domain, to him, about each recipient."""
    made = notice(
        ROW, Reply(code=554, enhanced="5.6.0", text="broken"), header=b"Subject: x\r\n", host="relay.example", now=2000
    )
    assert made
    entry_, message = made
    assert (entry_.sender, entry_.recipients, entry_.login) == (
        "MAILER-DAEMON@sailing.example",
        ("admin@sailing.example",),
        "",
    )
    fields = message.partition(b"message/delivery-status\r\n\r\n")[2].decode().replace("\r\n", "\n")
    assert dsn.groups(fields)[1]["status"] == "5.6.0"


def test_a_notice_that_is_refused_goes_once_more_in_the_own_name() -> None:
    """Only once, and no mail of a login does."""
    refusal = Reply(code=554, enhanced="5.7.1", text="not verified")
    made = notice(ROW, refusal, header=b"Subject: x\r\n", host="relay.example", now=2000)
    assert made
    refused = replace(ROW, entry=made[0])
    again = notice_again(refused, refusal, made[1], now=3000)
    assert again
    assert (again[0].sender, again[0].recipients, again[0].at) == (
        "admin@sailing.example",
        ("admin@sailing.example",),
        3000,
    )
    assert again[1] == made[1].replace(b"<MAILER-DAEMON@sailing.example>", b"<admin@sailing.example>", 1)
    assert notice_again(replace(ROW, entry=again[0]), refusal, again[1], now=4000) is None
    assert notice_again(refused, Reply(code=454, text="later"), made[1], now=4000) is None
    assert notice_again(ROW, refusal, b"mail", now=4000) is None


@pytest.mark.parametrize("changed", [replace(ROW.entry, login=""), replace(ROW.entry, sender="")])
def test_there_is_no_notice_about_a_notice(changed: Entry) -> None:
    """Nor to the null reverse-path (RFC 5321 4.5.5)."""
    row = replace(ROW, entry=changed)
    assert notice(row, Reply(code=554, text="x"), header=b"", host="relay.example", now=2000) is None
