"""The mails that were tried, one line each, with the cause that lost it.

1 ✗ 12 May 18:40  Gmail alias  to peter@dock.example  refused at the relay  key-inactive
"""

from __future__ import annotations

from datetime import datetime

from mailstrata.model.attempt import Outcome
from mailstrata.model.diagnosis import Attributed
from mailstrata.reports import words
from mailstrata.reports.page import Page, Span, Style, fold, heading
from mailstrata.reports.safe import safe
from mailstrata.reports.safe import width as columns_of
from mailstrata.reports.story import Story

_SIGNS = {
    Outcome.DELIVERED: ("✓", Style.GOOD),
    Outcome.DELAYED: ("!", Style.WARN),
    Outcome.UNKNOWN: ("?", Style.UNKNOWN),
}


def mail_list(story: Story, width: int) -> Page:
    """The section, empty when nothing was tried. Where one line has no room for a mail, each gets two."""
    attempts = story.diagnosis.attempts
    if not attempts:
        return ()
    rows = [_columns(number, each, story.diagnosis.at) for number, each in enumerate(attempts, start=1)]
    widths = [max(columns_of(safe(row[column])) for row in rows) for column in range(4)]
    pairs = [(_head(row, each, widths), _tail(each)) for row, each in zip(rows, attempts, strict=True)]
    if all(_size([*head, *tail]) + 4 <= width for head, tail in pairs):
        lines = [line for head, tail in pairs for line in fold([*head, Span("  "), *tail], width, indent=2)]
    else:
        lines = [line for head, tail in pairs for line in _in_two(head, tail, width, hang=widths[0] + 3)]
    return (*heading("MAILS"), *lines)


def _in_two(head: list[Span], tail: list[Span], width: int, *, hang: int) -> Page:
    return (*fold(head, width, indent=2, hang=hang), *fold(tail, width, indent=2 + hang))


def _columns(number: int, each: Attributed, now: datetime) -> list[str]:
    attempt = each.attempt
    at = words.minute(attempt.at, now) if attempt.at else "time unknown"
    return [str(number), at, words.WAYS[attempt.via], f"to {attempt.recipient or '(not told)'}"]


def _head(row: list[str], each: Attributed, widths: list[int]) -> list[Span]:
    sign, style = _SIGNS.get(each.attempt.outcome, ("✗", Style.BAD))
    number, at, way, recipient = (_padded(text, room) for text, room in zip(row, widths, strict=True))
    return [Span(f"{number} "), Span(sign, style), Span(f" {at}  ", Style.DIM), Span(f"{way}  {recipient}")]


def _tail(each: Attributed) -> list[Span]:
    outcome = Span(words.OUTCOMES[each.attempt.outcome])
    if each.cause:
        return [outcome, Span("  "), Span(each.cause, Style.CODE)]
    if each.attempt.outcome is Outcome.DELIVERED:
        return [outcome]
    return [outcome, Span("  cause not known", Style.UNKNOWN)]


def _size(spans: list[Span]) -> int:
    return sum(columns_of(span.text) for span in spans)


def _padded(text: str, room: int) -> str:
    shown = safe(text)
    return shown + " " * (room - columns_of(shown))
