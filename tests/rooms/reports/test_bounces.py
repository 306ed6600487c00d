from __future__ import annotations

import json

import pytest
from tests.effort import within

from mailstrata.reports.bounces import Tally, heading, line, page, summary
from mailstrata.reports.page import text_of
from mailstrata.reports.safe import width as columns_of

FAILED = {
    "file": "a.eml",
    "bounce": True,
    "recipient": "ann@dock.example",
    "action": "failed",
    "reason": "mailboxfull",
    "hard": False,
    "diagnostic": "552 5.2.2 Mailbox full",
    "code": "recipient-full",
    "owner": "recipient",
    "remedy": "Wait and send again later.",
}
QUIET = {"file": "b.eml", "bounce": False, "kind": "auto-reply", "reason": "vacation"}


def test_a_failure_is_a_row_with_the_answer_and_the_remedy_below() -> None:
    """Whose turn it is stands under its heading."""
    row, *below = text_of(page(FAILED, 100)).splitlines()
    head = text_of(heading(100)).splitlines()[0]
    assert row.index("the recipient") == head.index("who can mend it")
    assert row.index("mailboxfull") == head.index("reason")
    assert below == ["    552 5.2.2 Mailbox full", "    → Wait and send again later."]


@pytest.mark.parametrize("width", [40, 60, 80, 99, 100, 200])
@pytest.mark.parametrize("recipient", ["ann@dock.example", "x" * 300, "\u7528\u6237" * 40])
def test_no_row_is_wider_than_the_terminal(width: int, recipient: str) -> None:
    """Else each is broken in two at a place that means nothing; the code is whole, since people look it up."""
    code = "recipient-refuses-authentication"
    told = {**FAILED, "recipient": recipient, "reason": "notcompliantrfc", "code": code}
    lines = text_of((*heading(width), *page(told, width))).splitlines()
    assert max(columns_of(text) for text in lines) <= width
    assert sum(code in text for text in lines) == 1
    assert sum(text.endswith("the recipient") for text in lines) == 1


def test_a_delay_tells_until_when_the_mail_is_tried() -> None:
    """Nobody has to do anything before."""
    late = {**FAILED, "action": "delayed", "will_retry_until": "2026-05-17T18:40:00Z"}
    told = text_of(page(late, 100)).splitlines()
    assert told[2] == "    It is tried until 2026-05-17T18:40:00Z."
    assert len(text_of(page({**late, "action": "failed"}, 100)).splitlines()) == len(told) - 1


def test_a_mail_without_a_failure_is_one_line() -> None:
    """It names the file, as there is no recipient."""
    assert text_of(page(QUIET, 80)) == "· b.eml: no failure (vacation)\n"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_what_stands_below_a_row_fits_the_width(width: int) -> None:
    """Long answers are folded, not cut."""
    long = {**FAILED, "diagnostic": "552 5.2.2 " + "quota " * 50}
    below = text_of(page(long, width)).splitlines()[1:]
    assert max(len(text) for text in below) <= width
    assert sum(text.count("quota") for text in below) == 50


def test_a_recipient_cannot_break_the_row() -> None:
    """Control characters and great length are somebody's joke."""
    for recipient in ("a\nb@dock.example", "x" * 300, "\x1b[2J"):
        row = text_of(page({**FAILED, "recipient": recipient}, 100)).splitlines()[0]
        assert row.endswith("the recipient")
        assert "\x1b" not in row


def test_a_line_of_json_is_ascii_and_the_same_object() -> None:
    """So that no terminal is steered by it."""
    told = {**FAILED, "diagnostic": "volle Mailbox \x1b\x7f\u202e"}
    assert line(told).isascii()
    assert "\x7f" not in line(told)
    assert json.loads(line(told)) == told


@pytest.mark.parametrize("text", ["Größe ÿ", "退信 \u2028", "Ahoy \U0001f6a2!", "\ud83d", 'a "quoted" \\ line\n\té'])
def test_a_line_is_written_as_the_library_writes_ascii(text: str) -> None:
    """Every letter beyond ASCII by its number, half of a pair, too."""
    assert line({"a": text, "b": None}) == json.dumps({"a": text, "b": None}, separators=(",", ":")) + "\n"


def test_a_line_of_a_megabyte_is_written_at_once() -> None:
    """Whether its letters are ASCII, are not, or are by turns."""
    for text in ("a" * 1_000_000, "é" * 1_000_000, "aé" * 100_000):
        assert within(0.5, lambda text=text: line({"a": text}))  # type: ignore[misc]


def test_the_end_counts_each_fate() -> None:
    """Nothing is said of what there was none of."""
    tally = Tally()
    for told in (FAILED, {**FAILED, "hard": True}, {**FAILED, "action": "delayed"}, QUIET):
        tally.count(told)
    assert (
        text_of(summary(tally, 100))
        == "2 failed recipients, 1 of them for good; 1 delayed; 1 mail without a failure.\n"
    )
    assert text_of(summary(Tally(), 100)) == "No mail was found.\n"
