"""Replies are cut out of octets, however these come, and nothing a server sends is taken without a bound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.smtp_conversation import (
    LINE,
    LINES,
    SESSION,
    Garbled,
    ReplyReader,
    ServerReply,
    extensions,
    mechanisms,
    offers,
)
from mailstrata.model.reply import Reply

EHLO = b"250-email-smtp.amazonaws.com\r\n250-8BITMIME\r\n250-starttls\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n"


def replies(*chunks: bytes) -> list[ServerReply]:
    """All replies in ``chunks``, fed one by one."""
    reader = ReplyReader()
    found = []
    for chunk in chunks:
        reader.feed(chunk)
        while reply := reader.take():
            found.append(reply)
    return found


def test_a_reply_of_several_lines_is_one_reply() -> None:
    """The code is taken off each line."""
    (reply,) = replies(EHLO)
    assert reply.code == 250
    assert reply.lines == ("email-smtp.amazonaws.com", "8BITMIME", "starttls", "AUTH PLAIN LOGIN", "Ok")


@given(st.lists(st.integers(0, len(EHLO) * 2), max_size=8))
def test_it_does_not_matter_how_the_octets_are_cut(cuts: list[int]) -> None:
    """Any cut of two replies gives the same two replies."""
    octets = EHLO + b"535 Authentication Credentials Invalid\r\n"
    edges = [0, *sorted(cuts), len(octets)]
    chunks = [octets[start:end] for start, end in pairwise(edges)]
    assert replies(*chunks) == replies(octets)
    assert len(replies(octets)) == 2


@given(st.binary(max_size=400))
def test_any_octets_give_replies_or_are_garbled(octets: bytes) -> None:
    """No other exception comes out, and every reply has a code of SMTP and printable lines."""
    try:
        found = replies(octets)
    except Garbled:
        return
    assert all(200 <= reply.code < 560 and "".join(reply.lines).isprintable() for reply in found)


def test_the_enhanced_code_is_told_apart() -> None:
    """RFC 3463's code stands on each line and is told once."""
    (reply,) = replies(b"535-5.7.8 Username and Password\r\n535 5.7.8 not accepted\r\n")
    assert reply.reply == Reply(code=535, enhanced="5.7.8", text="Username and Password not accepted")


def test_a_bare_code_and_a_bare_line_feed_are_understood() -> None:
    """Old servers write them."""
    assert replies(b"220\n250 \n") == [ServerReply(code=220, lines=("",)), ServerReply(code=250, lines=("",))]


def test_what_a_terminal_would_act_upon_is_escaped() -> None:
    """Escape sequences, directions and octets that are no UTF-8 are shown; letters of all kinds stay."""
    (reply,) = replies("220 grüß \x1b[2J \u202e".encode() + b" \xff\r\n")
    assert reply.lines == ("grüß \\x1b[2J \\u202e \\xff",)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "no SMTP reply: 'HTTP/1.1 400 Bad Request'"),
        (b"\r\n", "no SMTP reply"),
        (b"999 what\r\n", "no SMTP reply"),
        (b"2200 what\r\n", "no SMTP reply"),
        (b"\x16\x03\x01\x02\n", r"no SMTP reply: '\\x16\\x03\\x01\\x02'"),
        (b"250-a\r\n251 b\r\n", "changes the code"),
        (b"220 " + b"x" * LINE, "a line of more than 2048 octets"),
        (b"220 " + b"x" * LINE + b"\r\n", "no SMTP reply"),
        (b"250-x\r\n" * (LINES + 1), "a reply of more than 100 lines"),
        (b"250 x\r\n" * (SESSION // 7 + 1), "does not stop talking"),
    ],
)
def test_what_is_no_smtp_is_garbled(octets: bytes, reason: str) -> None:
    """Each kind has its own sentence."""
    with pytest.raises(Garbled, match=reason):
        ReplyReader().feed(octets)


def test_a_long_line_is_shown_by_its_beginning() -> None:
    """A message never holds more than a glimpse of what came."""
    with pytest.raises(Garbled) as garbled:
        ReplyReader().feed(b"<html>" * 300 + b"\n")
    assert len(str(garbled.value)) < 150


def test_a_reader_is_idle_when_nothing_is_left_over() -> None:
    """A piece of a line, an unfinished reply or one that nobody took keeps it from that."""
    for left_over in (b"25", b"250-a\r\n", b"250 a\r\n"):
        reader = ReplyReader()
        assert reader.idle
        reader.feed(left_over)
        assert not reader.idle


def test_extensions_are_what_follows_the_greeting() -> None:
    """Keywords come in upper case, parameters as they are."""
    (reply,) = replies(b"250-host STARTTLS\r\n250-size 10485760\r\n250-\r\n250-Auth plain\r\n250 Ok\r\n")
    assert extensions(reply) == ("SIZE 10485760", "AUTH plain")


def test_mechanisms_are_read_in_both_spellings() -> None:
    """``AUTH=`` is what some old clients want; each mechanism is told once."""
    assert mechanisms(("SIZE 1", "AUTH plain LOGIN", "AUTH=LOGIN CRAM-MD5")) == ("PLAIN", "LOGIN", "CRAM-MD5")
    assert mechanisms(("AUTHOR x",)) == ()


def test_an_extension_is_offered_by_its_keyword_alone() -> None:
    """Not by the beginning of another."""
    assert offers(("STARTTLS",), "STARTTLS")
    assert not offers(("XSTARTTLS", "SIZE STARTTLS"), "STARTTLS")
