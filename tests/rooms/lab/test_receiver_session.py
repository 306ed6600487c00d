r"""The recipient's side of RFC 5321, byte by byte: CRLF is the only line end, budgets hold, nothing is smuggled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.receiver_policy import House, ReceiverPolicy
from mailstrata.lab.receiver_session import Close, Effect, FallSilent, ReceiverLimits, ReceiverSession, Say, Secure
from mailstrata.lab.zones import Zones

TO = "crew@dock.example"
ENVELOPE = b"EHLO mta.example\r\nMAIL FROM:<a@sailing.example>\r\nRCPT TO:<crew@dock.example>\r\nDATA\r\n"
MAIL = b"From: a@sailing.example\r\n\r\nhello\r\n"


def policy() -> ReceiverPolicy:
    """One server for dock.example with one mailbox."""
    house = House.of("mx.dock.example", domains=("dock.example",), voice="postfix")
    clock = LabClock(datetime(2026, 5, 12, tzinfo=UTC))
    made = ReceiverPolicy(house, zones=Zones(), clock=clock, ids=Ids("session"))
    made.add_mailbox(TO)
    return made


def session(made: ReceiverPolicy | None = None, *, tls: bool = False, **limits: int) -> ReceiverSession:
    """A session that has greeted."""
    begun = ReceiverSession(
        made or policy(),
        ip="127.0.1.10",
        tls_offered=tls,
        limits=ReceiverLimits(**limits),
    )
    assert codes(begun.begin()) == [220]
    return begun


def codes(effects: list[Effect]) -> list[int]:
    """The reply codes, in order."""
    return [effect.reply.code for effect in effects if isinstance(effect, Say | Secure)]


def test_pipelined_commands_are_answered_in_order() -> None:
    """A whole conversation in one packet (RFC 2920)."""
    assert codes(session().receive(ENVELOPE + MAIL + b".\r\nQUIT\r\n")) == [250, 250, 250, 354, 250, 221]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=60))
def test_how_it_is_cut_into_packets_does_not_matter(cuts: list[int]) -> None:
    """The same octets give the same replies, however they arrive."""
    stream = ENVELOPE + b"..dot\r\n" + MAIL + b".\r\nQUIT\r\n"
    talk, heard, at = session(), list[int](), 0
    for cut in cuts:
        heard += codes(talk.receive(stream[at : at + cut]))
        at += cut
    heard += codes(talk.receive(stream[at:]))
    assert heard == [250, 250, 250, 354, 550, 221]  # the message has no readable From: it begins with a dot line


def test_dots_are_unstuffed() -> None:
    """A leading dot was added on the way and is taken away (RFC 5321 4.5.2)."""
    made = policy()
    session(made).receive(ENVELOPE + MAIL + b"..one\r\n...two\r\n.\r\n")
    assert made.mailboxes[TO].messages[0].raw.endswith(b"hello\r\n.one\r\n..two\r\n")


def test_an_empty_message_ends() -> None:
    """The final dot may come right after the 354."""
    assert codes(session().receive(ENVELOPE + b".\r\nQUIT\r\n")) == [250, 250, 250, 354, 550, 221]


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r"])
def test_only_crlf_dot_crlf_ends_a_message(end: bytes) -> None:
    """A message that tries to end otherwise goes on, and is then refused for its bare line end: nothing is smuggled."""
    made = policy()
    smuggled = MAIL + end + b"MAIL FROM:<evil@sailing.example>\r\nRCPT TO:<crew@dock.example>\r\nDATA\r\n" + MAIL
    assert codes(session(made).receive(ENVELOPE + smuggled + b"\r\n.\r\n")) == [250, 250, 250, 354, 521]
    assert made.mailboxes[TO].messages == []


def test_a_bare_line_feed_ends_no_command() -> None:
    """Two commands with a bare line feed between them are one broken command."""
    assert codes(session().receive(b"NOOP\nNOOP\r\n")) == [500]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"MAIL FROM:<a@sailing.example>", 503),
        (b"RCPT TO:<crew@dock.example>", 503),
        (b"DATA", 503),
        (b"EHLO", 501),
        (b"STARTTLS", 502),
        (b"VRFY crew", 252),
        (b"NOOP", 250),
        (b"XYZZY", 500),
        (b"\xff\x00", 500),
    ],
)
def test_what_comes_too_early_or_is_unknown(line: bytes, code: int) -> None:
    """Commands have an order and a form."""
    assert codes(session().receive(line + b"\r\n")) == [code]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"MAIL FROM:<>", 250),
        (b"MAIL FROM: <a@sailing.example> SIZE=100 BODY=8BITMIME", 250),
        (b"MAIL FROM:a@sailing.example", 501),
        (b"MAIL FROM:<a@sailing.example> SIZE=999999999999", 552),
        (b"MAIL FROM:<a b@sailing.example>", 501),
        (b"MAIL FROM:<\xe9@sailing.example>", 501),
        (b"MAIL TO:<a@sailing.example>", 501),
    ],
)
def test_the_forms_of_mail_from(line: bytes, code: int) -> None:
    """The null sender and parameters are understood, other forms refused."""
    assert codes(session().receive(b"EHLO x\r\n" + line + b"\r\n")) == [250, code]


def test_recipients_are_judged_one_by_one() -> None:
    """A foreign domain, an unknown mailbox and a known one; DATA goes to those that were taken."""
    made = policy()
    lines = b"".join(
        b"RCPT TO:<" + to + b">\r\n" for to in (b"x@elsewhere.example", b"no@dock.example", b"CREW@Dock.example")
    )
    start = b"EHLO x\r\nMAIL FROM:<>\r\n"
    assert codes(session(made).receive(start + lines + b"DATA\r\n" + MAIL + b".\r\n")) == [
        250, 250, 554, 550, 250, 354, 250,
    ]  # fmt: skip
    assert len(made.mailboxes[TO].messages) == 1


def test_budgets_hold() -> None:
    """Too long a line, too many recipients, too big a message, too many errors: each has its answer."""
    long = session(line=100).receive(b"x" * 200)
    assert codes(long) == [500]
    assert isinstance(long[-1], Close)
    many = session(recipients=1).receive(ENVELOPE[:-6] + b"RCPT TO:<crew@dock.example>\r\n")
    assert codes(many)[-1] == 452
    big = session(message=1000)
    assert codes(big.receive(ENVELOPE)) == [250, 250, 250, 354]
    assert [codes(big.receive(b"x" * 998 + b"\r\n")) for _ in range(20)] == [[]] * 20
    assert codes(big.receive(b".\r\nNOOP\r\n")) == [552, 250]
    errors = session(errors=3).receive(b"BAD\r\n" * 10)
    assert codes(errors) == [500, 500, 421]
    assert isinstance(errors[-1], Close)


def test_starttls_forgets_what_was_said_before() -> None:
    """What follows STARTTLS in plain text does not count, and the greeting must be said again (RFC 3207 4.2, 6)."""
    talk = session(tls=True)
    effects = talk.receive(b"EHLO x\r\nSTARTTLS\r\nMAIL FROM:<evil@sailing.example>\r\n")
    assert codes(effects) == [250, 220]
    assert isinstance(effects[-1], Secure)
    talk.secured()
    assert codes(talk.receive(b"MAIL FROM:<a@sailing.example>\r\nEHLO x\r\nSTARTTLS\r\n")) == [503, 250, 502]


def test_a_silent_mailbox_ends_all_answers() -> None:
    """After it, not even QUIT is answered."""
    made = policy()
    made.add_mailbox(TO, "silent")
    talk = session(made)
    effects = talk.receive(ENVELOPE)
    assert codes(effects) == [250, 250]
    assert isinstance(effects[-1], FallSilent)
    assert talk.receive(b"QUIT\r\n") == []


def test_a_loop_is_noticed() -> None:
    """Fifty Received fields are too many (RFC 5321 6.3)."""
    trace = b"Received: from a by b\r\n" * 60
    assert codes(session().receive(ENVELOPE + b"X: y\r\n" + trace + MAIL + b".\r\n"))[-1] == 554


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([ENVELOPE, MAIL, b".\r\n", b"DATA\r\n"])), max_size=12)
)
def test_no_bytes_break_it(packets: list[bytes]) -> None:
    """Whatever comes, every effect is a well-formed reply and nothing raises."""
    talk = session()
    for packet in packets:
        for effect in talk.receive(packet):
            if isinstance(effect, Say | Secure):
                wire = effect.reply.wire()
                assert wire.endswith(b"\r\n")
                assert all(line[:3] == b"%d" % effect.reply.code for line in wire.split(b"\r\n")[:-1])
