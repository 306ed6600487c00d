"""The session as a machine: any cut of the bytes is the same conversation, and nobody gets past its order or its limits."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.relay.talking import NAME, TLS, Noon, OwnAddressOnly, Talk

from mailstrata.model.reply import Reply
from mailstrata.relay.effects import Close, Send, StartTls, Verify
from mailstrata.relay.limits import AUTH_LINE, COMMAND_LINE, Limits
from mailstrata.relay.offer import Offer
from mailstrata.relay.session import Session

LIMITS = Limits(size=200, header=150, recipients=3, commands=12, errors=6, messages=4)
ENVELOPE = ("MAIL FROM:<admin@sailing.example>", "RCPT TO:<crew@dock.example>", "DATA")
WORDS = st.sampled_from(
    [
        b"EHLO client\r\n",
        b"HELO client\r\n",
        b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
        b"AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n",
        b"AUTH PLAIN\r\n*\r\n",
        b"MAIL FROM:<admin@sailing.example> SIZE=100\r\n",
        b"RCPT TO:<crew@dock.example>\r\n",
        b"DATA\r\nSubject: Ahoy\r\n\r\n..dot\r\n.\r\n",
        b"DATA\r\n.\r\n",
        b"DATA\r\n\n.\n\r\n.\r\n",
        b"DATA\r\n" + b"x" * 190 + b"\r\n.\r\n",
        b"DATA\r\n" + b"x\r\n" * 400 + b".\r\n",
        b"RSET\r\n",
        b"NOOP\r\n",
        b"QUIT\r\n",
        b"\r\n",
        b".\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"." * 5,
        b"y" * 1100,
    ]
)
STREAMS = st.lists(st.one_of(WORDS, st.binary(max_size=8)), max_size=14).map(b"".join)


def through(stream: bytes, cuts: list[int], *, start: bytes = b"") -> Talk:
    """What a session does with a stream that comes in pieces."""
    talk = Talk(limits=LIMITS, implicit=True)
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for piece in [start, *(stream[a:b] for a, b in itertools.pairwise(places))]:
        if piece:
            talk.send(piece)
    return talk


def outcome(talk: Talk) -> tuple[bytes, list[Offer], list[Verify], bool]:
    """All that can be seen of a session from outside."""
    return bytes(talk.heard), talk.offers, talk.attempts, talk.closed


@settings(max_examples=300, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 5000), max_size=12), st.booleans())
def test_any_cut_of_the_bytes_is_the_same_conversation(stream: bytes, cuts: list[int], logged_in: bool) -> None:
    """TCP keeps no boundaries, so none may matter."""
    start = b"EHLO c\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n" if logged_in else b""
    assert outcome(through(stream, cuts, start=start)) == outcome(through(stream, [], start=start))


@settings(max_examples=30, deadline=None)
@given(STREAMS)
def test_bytes_may_come_one_at_a_time(stream: bytes) -> None:
    """The finest cut of all."""
    start = b"EHLO c\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n"
    assert outcome(through(stream, list(range(len(stream))), start=start)) == outcome(through(stream, [], start=start))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(WORDS, st.binary(max_size=40)), max_size=20), st.booleans())
def test_without_a_login_there_is_never_an_offer(pieces: list[bytes], implicit: bool) -> None:
    """Whatever is said, in clear or under TLS: no open relay (RFC 6409 4.3)."""
    talk = Talk(limits=replace(LIMITS, errors=10_000, commands=10_000), implicit=implicit, users={})
    for piece in pieces:
        talk.send(piece)
    assert not talk.offers
    assert b" 354 " not in b" " + bytes(talk.heard)


@settings(max_examples=100, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 5000), max_size=4))
def test_what_is_offered_is_within_the_limits(stream: bytes, cuts: list[int]) -> None:
    """Size, recipients, line ends, number of messages."""
    talk = through(stream, cuts, start=b"EHLO c\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n")
    assert len(talk.offers) <= LIMITS.messages
    for offer in talk.offers:
        assert len(offer.message) <= LIMITS.size
        assert 1 <= len(offer.recipients) <= LIMITS.recipients
        assert offer.message.count(b"\r\n") == offer.message.count(b"\n") == offer.message.count(b"\r")
        assert b"\0" not in offer.message


@given(st.integers(COMMAND_LINE - 30, COMMAND_LINE + 30))
def test_a_command_line_has_at_most_a_thousand_bytes(length: int) -> None:
    """RFC 5321 4.5.3.1.4, with the room that extensions take."""
    talk = Talk(implicit=True)
    talk.send(b"NOOP " + b"x" * (length - 7) + b"\r\n")
    assert talk.closed == (length > COMMAND_LINE)


@given(st.integers(AUTH_LINE - 30, AUTH_LINE + 30))
def test_a_login_line_may_be_longer(length: int) -> None:
    """RFC 4954 4: 12288 bytes; one that long is still no login of ours."""
    talk = Talk(implicit=True)
    talk.lines("EHLO client")
    talk.send(b"AUTH PLAIN " + b"A" * (length - 13) + b"\r\n")
    assert talk.closed == (length > AUTH_LINE)


def test_a_line_that_never_ends_is_not_kept() -> None:
    """The session hangs up at the limit, not at the end of the line."""
    talk = Talk()
    for _ in range(3):
        talk.send(b"x" * 500)
    assert talk.closed
    assert talk.heard.endswith(b"500 5.5.6 Line too long\r\n")


def test_a_message_of_twice_the_limit_is_not_waited_for() -> None:
    """552 and the end, though no dot has come."""
    talk = Talk(limits=LIMITS, implicit=True).logged_in()
    talk.lines(*ENVELOPE)
    talk.send(b"x" * 2000)
    assert talk.closed
    assert b"552 5.3.4" in talk.heard


def test_an_offer_holds_all_that_the_delivery_needs() -> None:
    """Envelope, text, and where it came from; a recipient named twice gets one mail."""
    talk = Talk().logged_in()
    talk.lines(ENVELOPE[0], ENVELOPE[1], *ENVELOPE[1:], "Subject: Ahoy", "", ".")
    (offer,) = talk.offers
    assert offer == Offer(
        login="ann",
        sender="admin@sailing.example",
        recipients=("crew@dock.example",),
        message=b"Subject: Ahoy\r\n\r\n",
        peer="203.0.113.9",
        session="7f3a",
        at=Noon().now(),
        helo="client",
        tls=TLS,
    )


@pytest.mark.parametrize(
    ("sender", "text", "said", "size"),
    [
        ("owner@bank.example", "", "550 5.7.1", 0),
        ("admin", "", "501 5.1.7", None),
        ("admin@sailing.example", "forbidden", "550 5.7.1 Forbidden", 11),
        ("admin@sailing.example", "a\rb", "554 5.6.0", 5),
        ("admin@sailing.example", "x" * 999, "554 5.6.0", 1001),
    ],
)
def test_a_message_that_the_session_refuses_is_told_of(sender: str, text: str, said: str, size: int | None) -> None:
    """One line of log for each message, whoever refused it; a command that cannot be read is no message."""
    talk = Talk().logged_in()
    talk.lines(f"MAIL FROM:<{sender}>")
    if text:
        talk.lines("RCPT TO:<crew@dock.example>", "DATA", text, ".")
    assert [one for one in talk.said() if one.startswith(said)]
    assert [one.size for one in talk.declined] == ([] if size is None else [size])
    for declined in talk.declined:
        assert str(declined.reply).startswith(said)
        assert (declined.offer.login, declined.offer.sender) == ("ann", sender)
        assert declined.offer.recipients == (("crew@dock.example",) if text else ())


def test_while_a_message_is_delivered_nothing_further_is_read() -> None:
    """What the client sent ahead waits; beyond 64 KiB the shell is told to stop reading."""
    session = _logged_in()
    effects = session.receive("\r\n".join([*ENVELOPE, "", ".", "NOOP", ""]).encode())
    assert isinstance(effects[-1], Offer)
    assert session.receive(b"NOOP\r\n" * 11_000) == []
    assert session.crowded
    after = session.answered(Reply(code=451, enhanced="4.3.0", text="Later"))
    assert isinstance(after[0], Send)
    assert after[0].data.startswith(b"451 4.3.0 Later\r\n250 2.0.0 Ok\r\n")
    assert not session.crowded


def test_a_delivery_that_answers_421_ends_the_connection() -> None:
    """As RFC 5321 3.8 has it."""
    talk = Talk(answer=Reply(code=421, enhanced="4.3.2", text="Going down")).logged_in()
    talk.lines(*ENVELOPE, ".")
    assert talk.said()[-1] == "421 4.3.2 Going down"
    assert talk.closed


def test_a_relay_that_stops_lets_a_message_finish() -> None:
    """Who is idle hears 421; a message under way goes on."""
    talk = Talk().logged_in()
    talk.lines(*ENVELOPE)
    assert talk.session.stopping() == []
    talk.lines(".")
    assert len(talk.offers) == 1
    assert talk.session.stopping()[-1] == Close()


def test_a_silent_client_is_told_before_the_connection_ends() -> None:
    """RFC 5321 4.5.3.2.7 and 3.8."""
    talk = Talk()
    talk.heard.clear()
    talk.do(talk.session.timed_out())
    assert talk.said() == ["421 4.4.2 Waited too long for you"]
    assert talk.closed


def test_patience_depends_on_what_is_waited_for() -> None:
    """A login has a minute in all, a command five, a message ten; only what comes after the login is progress."""
    talk = Talk(implicit=True)
    talk.lines("EHLO client", "NOOP")
    assert (talk.session.patience, talk.session.progress) == (60.0, 0)
    talk.logged_in()
    before = talk.session.progress
    talk.lines(ENVELOPE[0])
    assert (talk.session.patience, talk.session.progress) == (300.0, before + 1)
    talk.lines(*ENVELOPE[1:])
    assert talk.session.patience == 600.0


def test_bytes_between_starttls_and_the_handshake_are_dropped() -> None:
    """RFC 3207 4.2, also when they come in a piece of their own."""
    session = Session(name=NAME, number="1", peer="203.0.113.9", rules=OwnAddressOnly(), clock=Noon())
    session.receive(b"EHLO client\r\n")
    assert session.receive(b"STARTTLS\r\n")[-1] == StartTls()
    assert session.receive(b"NOOP\r\n") == []
    session.secured(TLS)
    (answer,) = session.receive(b"NOOP\r\n")
    assert answer == Send(b"250 2.0.0 Ok\r\n")


def test_a_password_is_in_no_repr() -> None:
    """Not even in a traceback's locals."""
    talk = Talk(users={}).session
    talk.receive(b"EHLO c\r\nSTARTTLS\r\n")
    talk.secured(TLS)
    talk.receive(b"EHLO c\r\n")
    effects = talk.receive(b"AUTH PLAIN " + base64.b64encode(b"\0ann\0hunter2") + b"\r\n")
    assert isinstance(effects[-1], Verify)
    assert "hunter2" not in repr(effects)


VECTORS = Path(__file__).parents[2] / "data" / "smtp-smuggling" / "vectors.jsonl"
SMUGGLING = [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("vector", [one for one in SMUGGLING if "probe_b64" in one], ids=lambda one: one["sequence"])
def test_no_sequence_smuggles_a_second_message(vector: dict[str, str]) -> None:
    """What another server might take for an end refuses the message (CVE-2023-51764)."""
    talk = Talk(implicit=True).logged_in()
    talk.lines(*ENVELOPE)
    talk.send(base64.b64decode(vector["probe_b64"]))
    assert talk.offers == []
    assert talk.said()[-1].startswith("554 5.6.0")


def test_the_right_end_lets_a_second_message_follow() -> None:
    """The control of the same corpus: two messages."""
    talk = Talk(implicit=True).logged_in()
    talk.lines(*ENVELOPE, "Subject: 1", "", ".", *ENVELOPE, "Subject: 2", "", ".")
    assert [offer.message for offer in talk.offers] == [b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"]


def _logged_in() -> Session:
    session = Session(name=NAME, number="1", peer="203.0.113.9", rules=OwnAddressOnly(), clock=Noon(), tls=TLS)
    session.receive(b"EHLO c\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\n")
    session.verified("ann", Reply(code=235, text="Yes"))
    return session
