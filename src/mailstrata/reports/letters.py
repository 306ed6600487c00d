"""Letters as plain text, to be sent as they are: ``diagnose --letter``.

    page(letters)

Each line is safe for a terminal; nothing is folded, so that a server's answer stays what it said, word for word.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailstrata.model.finding import Letter
from mailstrata.reports.page import BLANK, Line, Page, Span, Style

BETWEEN = "-" * 72
"""What stands between two letters."""


def page(letters: Sequence[Letter]) -> Page:
    """All letters, one after the other."""
    lines: list[Line] = []
    for number, letter in enumerate(letters):
        lines += [*BLANK, (Span(BETWEEN, Style.DIM),), *BLANK] if number else []
        lines += lines_of(letter)
    return tuple(lines)


def lines_of(letter: Letter) -> Page:
    """One letter with its head."""
    head = [f"To: {letter.to}", f"Subject: {letter.subject}", ""]
    return tuple((Span(line),) for line in (*head, *letter.text.split("\n")))
