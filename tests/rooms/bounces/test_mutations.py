"""Bounces are read whatever they are; `make fuzz-bounces` does the same with 100,000 mails and a clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.effort import within
from tools.mutations import LARGE, mutations

from mailstrata.bounces.original import mailbox
from mailstrata.bounces.records import records
from mailstrata.reports.bounces import line, page
from mailstrata.reports.page import text_of

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "bounces").glob("*.eml"))]
REPORT = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n%b\n--b\n%b%b\n--b--\n"
STATUS = b"Content-Type: message/delivery-status\n\n"


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_mail_gives_objects_and_never_an_exception(seed: int) -> None:
    """Bytes flipped, cut, repeated, nested 300 deep, 10,000 parts, wrong charsets, mails in each other."""
    for raw in mutations(SEEDS, seed=seed, count=40):
        for told in list(records(raw, file="x"))[:20]:
            assert json.loads(line(told))["file"] == "x"
            assert "\x1b" not in text_of(page(told, 80))


def test_the_same_seed_gives_the_same_mails() -> None:
    """So that what was found is found again."""
    assert list(mutations(SEEDS, seed=5, count=20)) == list(mutations(SEEDS, seed=5, count=20))


def test_a_body_of_50_megabytes_is_read_from_its_beginning() -> None:
    """Its recipient is told; what lies far behind is not looked at."""
    raw = SEEDS[0] + b"x" * LARGE
    assert len(list(records(raw, file="x"))) == len(list(records(SEEDS[0], file="x")))


def _read_within(seconds: float, raw: bytes) -> bool:
    return within(seconds, lambda: list(records(raw, file="x")))


def test_recipients_without_an_address_are_looked_for_in_the_words_once() -> None:
    """500 groups that name none, beside a long text: each searched all of it."""
    groups = b"\n".join(b"Final-Recipient: rfc822;a@b%d\nAction: failed\n" % number for number in range(500))
    raw = REPORT % (b"<a \n" * 15_000, STATUS, groups)
    assert len(list(records(raw, file="x"))) == 500
    assert _read_within(0.5, raw)


def test_a_mail_that_begins_as_json_and_is_none_is_given_up() -> None:
    """Each of a hundred thousand lines was tried as an event of SES."""
    assert _read_within(0.5, b'{"eventType":\n' * 60_000)


def test_a_large_text_in_a_slow_charset_is_decoded_as_far_as_it_is_read() -> None:
    """UTF-7 takes the codec fifty times as long as UTF-8."""
    head = b"From: mailer-daemon@x.example\nSubject: failure notice\nContent-Type: text/plain; charset=utf-7\n\n"
    assert _read_within(0.5, head + b"+2D" * 300_000)


def test_an_address_is_looked_for_in_the_beginning_of_a_header_only() -> None:
    """A From of 350 KB was tried at each of its characters."""
    assert mailbox("x" * 30_000 + " ann@dock.example") == ""
    assert mailbox("x" * 10_000 + " ann@dock.example") == "ann@dock.example"


def test_a_large_file_of_lines_that_only_look_like_events_is_given_up() -> None:
    """Each line was looked through, one after the other."""
    assert _read_within(0.5, b'{"\n' * 330_000)


def test_many_recipients_beside_at_signs_cost_no_more_than_their_number() -> None:
    """Each at-sign was tried as part of an address, for every recipient."""
    groups = b"\n".join(b"Final-Recipient: rfc822;a@b%d.example\nAction: failed\n" % number for number in range(100))
    assert _read_within(0.5, REPORT % (b"@" * 60_000, STATUS, groups))


def test_500_recipients_in_one_notice_are_each_told() -> None:
    """As Exchange names all that a large distribution list lost."""
    words = b"\n".join(b"<u%d@dock.example>: host mx said: 550 odd words %d\n" % (n, n) for n in range(500))
    groups = b"\n".join(b"Final-Recipient: rfc822;u%d@dock.example\nAction: failed\n" % n for n in range(500))
    raw = REPORT % (words, STATUS, groups)
    assert [told["reply_code"] for told in records(raw, file="x")] == ["550"] * 500
    assert _read_within(1, raw)


def test_a_run_of_spaces_behind_a_word_that_names_recipients_is_read_once() -> None:
    """It could be split between two patterns at each of its places: a mail of 20 KB took minutes."""
    head = b"From: MAILER-DAEMON@mx.example\nTo: a@sailing.example\nSubject: failure notice\n\n"
    assert _read_within(0.5, head + b"550 5.1.1 user unknown\naccount" + b" " * 20_000)


def test_blanks_before_colons_are_looked_at_once_a_line() -> None:
    """Each of a line's was looked back from to its beginning."""
    assert _read_within(0.15, b"Subject: " + b" :" * 120_000 + b"\n\nx")
