from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailstrata.bounces.original import _written, canonical, identifier, mailbox, mailboxes, moment, original_of
from mailstrata.formats.message import parse
from mailstrata.model.attempt import Via
from mailstrata.reports.words import iso

REPORT = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: %s\n\n%s\n--b--\n"


@pytest.mark.parametrize("media", [b"message/rfc822", b"text/rfc822-headers"])
def test_the_enclosed_headers_tell_of_the_mail(media: bytes) -> None:
    """Whether the whole mail is enclosed or its headers alone."""
    inner = b"From: A <admin@sailing.example>\nSubject: Quote\nMessage-ID: <q-1@sailing.example>\n"
    told = original_of(parse(REPORT % (media, inner)))
    assert (told.sender, told.subject, told.message_id) == ("admin@sailing.example", "Quote", "q-1@sailing.example")


@pytest.mark.parametrize(
    ("header", "via"),
    [
        (b"X-Gm-Message-State: x", Via.GMAIL_ALIAS),
        (b"X-Gmail-Original-Message-ID: <a@mail.gmail.com>", Via.GMAIL_ALIAS),
        (b"Received: from x by email-smtp.us-east-1.amazonaws.com with SMTP", Via.SES_SMTP),
        (b"Subject: Quote", Via.SES_API),
    ],
)
def test_the_traces_in_the_headers_tell_the_way(header: bytes, via: Via) -> None:
    """Gmail and SES's SMTP endpoint each leave theirs."""
    assert original_of(parse(REPORT % (b"message/rfc822", header + b"\n"))).via is via


def test_a_bounce_that_encloses_nothing_tells_nothing() -> None:
    """Empty fields, no guess."""
    told = original_of(parse(b"Subject: failure\n\nsorry\n"))
    assert (told.sender, told.message_id, told.sent) == ("", "", None)


def test_addresses_are_found_in_a_header_and_nothing_else_is() -> None:
    """Display names, comments and broken addresses are no addresses."""
    assert mailboxes('"Lee, Ann" <Ann@Harbor.example>, (x) peter@dock.example, @broken') == (
        "Ann@harbor.example",
        "peter@dock.example",
    )
    assert mailbox("nobody") == ""


@given(st.text(alphabet='ab@.<> ,"', max_size=200))
@example(" @a@b.example")
@example("a@b@c d@e")
@example("x" * 100 + "@b.example, " + "@" + "y" * 100 + "@c.example")
@example("a@" + "b" * 300 + "@c")
def test_addresses_are_found_from_their_at_sign_as_letter_by_letter(text: str) -> None:
    """What stands between two separators and has an at-sign within."""
    each = re.findall(r"[^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}", text)
    assert list(_written(text, 0)) == each
    assert mailboxes(text) == tuple(dict.fromkeys(found for one in each if (found := canonical(one))))


def test_so_many_addresses_of_a_header_are_told() -> None:
    """A header may be long; that of a notice names few."""
    assert len(mailboxes(",".join(f"a{number}@dock.example" for number in range(900)))) == 100


def test_a_message_id_has_no_brackets() -> None:
    """Also where the header has more than the id."""
    assert identifier(" <a.b@sailing.example> (added)") == "a.b@sailing.example"
    assert identifier("bare@sailing.example") == "bare@sailing.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Tue, 99 May 2026 18:12:00 +0000",
        "Fri, 31 Dec 9999 23:59:00 -2359",
        "Tue, 12 May 2026 18:12:00 +2400",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """A broken date never breaks the reader."""
    assert moment(text) is None


def test_a_date_is_told_in_utc() -> None:
    """Google writes Pacific time."""
    at = moment("Tue, 12 May 2026 11:12:09 -0700 (PDT)")
    assert at is not None
    assert iso(at) == "2026-05-12T18:12:09Z"
    assert at.tzinfo is UTC
    assert moment("5 May 2026 01:12:09 +0545") == datetime(2026, 5, 4, 19, 27, 9, tzinfo=UTC)
