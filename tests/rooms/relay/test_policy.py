"""Who may send what, and what the person reads who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rooms.relay.directory import ANN, Users
from tests.rooms.relay.talking import NOON, Noon

from mailstrata.relay.offer import Offer
from mailstrata.relay.policy import HOPS, UNAVAILABLE, Policy

HASH = ANN.secrets[0].hash
GOOD = b"From: Ann <admin@sailing.example>\r\nTo: crew@dock.example\r\n\r\nFrom: someone else in the body\r\n"


def policy(users: Users | None = None) -> Policy:
    """A policy over ann alone."""
    return Policy(directory=users or Users(), clock=Noon())


def offer(message: bytes = GOOD, *, recipients: int = 1) -> Offer:
    """A message of ann's."""
    return Offer(
        login="ann",
        sender="admin@sailing.example",
        recipients=tuple(f"crew{number}@dock.example" for number in range(recipients)),
        message=message,
        peer="203.0.113.9",
        session="1",
        at=NOON,
        helo="client",
        tls="TLSv1.3",
        secret=HASH,
    )


def refusal(message: bytes, users: Users | None = None) -> str:
    """What is said to a message."""
    return str(policy(users).message(offer(message)))


@pytest.mark.parametrize("address", ["admin@sailing.example", "ADMIN@Sailing.Example", "anyone@dock.example", ""])
def test_own_addresses_are_taken_in_the_envelope(address: str) -> None:
    """An address of its own, one of its domains, and the null path of a notice."""
    assert policy().sender("ann", address, secret=HASH) is None


@pytest.mark.parametrize("address", ["owner@bank.example", "other@sailing.example", "x@below.dock.example"])
def test_other_addresses_are_refused_with_what_to_do(address: str) -> None:
    """Gmail shows this in its bounce."""
    assert str(policy().sender("ann", address, secret=HASH)) == (
        f"550 5.7.1 The login ann may not send as {address} (the envelope); it may send as admin@sailing.example, any "
        "address of dock.example. The relay's operator allows more: mailstrata relay user allow ann ADDRESS"
    )


def test_a_message_of_its_own_passes() -> None:
    """The body may say what it likes."""
    assert policy().message(offer()) == offer()


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"From: owner@bank.example", "may not send as owner@bank.example (From)"),
        (b"from : owner@bank.example", "may not send as owner@bank.example (From)"),
        (b"From: admin@sailing.example, owner@bank.example", "may not send as owner@bank.example (From)"),
        (b"From: admin@sailing.example\r\nSender: owner@bank.example", "may not send as owner@bank.example (Sender)"),
        (b"From: admin@sailing.example\r\nFrom: owner@bank.example", "has 2 From fields"),
        (b"From: admin@sailing.example\r\nFROM: admin@sailing.example", "has 2 From fields"),
        (b"Subject: no author", "has no From fields"),
        (b"From: Crew:;", "has a From without an address"),
        (b"From: ann@bank.example <admin@sailing.example>", "cannot be read without doubt"),
        (b"\r\nFrom: admin@sailing.example", "has no From fields"),
        (b" From: owner@bank.example\r\nFrom: admin@sailing.example", "begins with white space"),
        (b"\tBcc: hidden@dock.example\r\nFrom: admin@sailing.example", "begins with white space"),
        (b"Received: x\r\n" * (HOPS + 1) + b"From: admin@sailing.example", "554 5.4.6 The mail goes in circles"),
    ],
)
def test_a_message_in_anothers_name_is_refused(head: bytes, said: str) -> None:
    """Header From and Sender count as the envelope does."""
    assert said in refusal(head + b"\r\n\r\nbody\r\n")


def test_a_folded_from_is_read_whole() -> None:
    """The second line belongs to it."""
    assert "owner@bank.example" in refusal(b"From: admin@sailing.example,\r\n owner@bank.example\r\n\r\n")


def test_a_revoked_login_sends_nothing_more() -> None:
    """Also in a session that began before."""
    users = Users(users={"ann": replace(ANN, revoked=NOON)})
    assert str(policy(users).sender("ann", "admin@sailing.example", secret=HASH)).startswith(
        "535 5.7.8 The relay's login ann was revoked"
    )
    assert str(policy(users).message(offer())).startswith("535 5.7.8")


def test_a_login_whose_passwords_ended_sends_nothing_more() -> None:
    """Expiry counts within a session too."""
    users = Users(users={"ann": replace(ANN, secrets=(replace(ANN.secrets[0], expires=NOON),))})
    assert "came in by a password that counts no more" in str(
        policy(users).sender("ann", "admin@sailing.example", secret=HASH)
    )


def test_a_session_counts_as_long_as_the_password_that_began_it() -> None:
    """Whoever stole the one before sends nothing when its user was revoked and has a new one, in no session."""
    users = Users(users={"ann": replace(ANN, secrets=(replace(ANN.secrets[0], hash="$argon2id$another"),))})
    assert str(policy(users).sender("ann", "admin@sailing.example", secret=HASH)).startswith("535 5.7.8")
    assert str(policy(users).message(offer())).startswith("535 5.7.8")


def test_a_directory_that_is_down_is_a_temporary_answer() -> None:
    """Unknown is not refused."""
    assert policy(Users(down=True)).sender("ann", "admin@sailing.example", secret=HASH) == UNAVAILABLE


def test_the_daily_share_is_counted_in_recipients() -> None:
    """As SES counts."""
    users = Users(users={"ann": replace(ANN, daily=5)})
    rules = policy(users)
    assert rules.message(offer(recipients=4)) == offer(recipients=4)
    spent = rules.message(offer(recipients=2))
    assert isinstance(spent, Offer)
    assert str(spent.refusal) == ("451 4.7.1 This login's share of 5 recipients a day is used up until midnight UTC")
    assert rules.message(offer(recipients=1)) == offer(recipients=1)


def test_a_refused_message_takes_nothing_from_the_share() -> None:
    """Only what passes counts."""
    users = Users(users={"ann": replace(ANN, daily=5)})
    policy(users).message(offer(b"Subject: none\r\n\r\n"))
    assert users.shares == {}
