from __future__ import annotations

from mailstrata.bounces.notice import HEADER_LIMIT, Notice
from mailstrata.formats.message import parse

HTML = b"<html><head><title>x</title></head><style>p{}</style><body><p>One</p><p>Two&amp;<br>three</p></body></html>"


def notice(raw: bytes) -> Notice:
    """A mail as a notice."""
    return Notice(parse(raw))


def test_the_words_end_where_the_returned_mail_begins() -> None:
    """What its author wrote is not the server's answer."""
    one = notice(
        b"\nSorry.\n\n--- Below this line is a copy of the message.\n\nSubject: Quote\nFrom: a@x.example\n\n550\n"
    )
    assert one.words == "\nSorry.\n"
    assert (one.original.subject, one.original.sender) == ("Quote", "a@x.example")


def test_of_a_long_subject_and_sender_the_beginning_is_looked_at() -> None:
    """Every sign is looked for in them."""
    one = notice(b"From: Postmaster %b\nSubject: Undelivered %b\n\n" % (b"A" * 30_000, b"B" * 30_000))
    assert (len(one.sender), one.sender[:12]) == (HEADER_LIMIT, "postmaster a")
    assert (len(one.subject), one.subject[:13]) == (HEADER_LIMIT, "undelivered b")


def test_html_is_read_without_tags_when_there_is_no_text() -> None:
    """And without what nobody sees."""
    one = notice(b"Content-Type: text/html\n\n" + HTML)
    assert one.words.split() == ["One", "Two&", "three"]


def test_plain_text_is_preferred_and_the_enclosed_mail_is_not_the_notices_word() -> None:
    """The parts before the returned mail, in their order."""
    one = notice(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b\n\nplain\n"
        b"--b\nContent-Type: message/rfc822\n\nSubject: Quote\n\nbody\n--b\n\nlater\n--b--\n"
    )
    assert one.words.strip() == "plain"
    assert one.original.subject == "Quote"


def test_lower_case_words_stand_at_the_same_places() -> None:
    """One Turkish letter becomes two in lower case."""
    one = notice("Content-Type: text/plain; charset=utf-8\n\n\u0130\u0130 FAILED\n".encode())
    assert one.lower.find("failed") == one.words.find("FAILED")


def test_a_warning_of_delay_is_told_from_the_end() -> None:
    """By its words."""
    assert notice(b"\nTHIS IS A WARNING MESSAGE ONLY.\n").is_delay
    assert not notice(b"\nI've given up.\n").is_delay


def test_without_the_mail_the_notice_says_what_it_answers() -> None:
    """RFC 5322 3.6.4; enough to know the attempt by."""
    headers = b"From: MAILER-DAEMON@x.example\n"
    assert notice(headers + b"In-Reply-To: <q-1@x.example>\n\nno\n").original.message_id == "q-1@x.example"
    assert (
        notice(headers + b"References: <q-0@x.example> <q-1@x.example>\n\nno\n").original.message_id == "q-1@x.example"
    )
    assert notice(headers + b"\nno\n").original.message_id == ""
