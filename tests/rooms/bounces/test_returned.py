from __future__ import annotations

import pytest

from mailstrata.bounces.returned import MARKS, cut, mail_in


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_parts_the_notice_from_the_mail(mark: str) -> None:
    """With the dashes that servers put before it."""
    text = f"\nSorry.\n   ----- {mark.capitalize()} follows -----\n"
    assert cut(text, text.lower()) == len("\nSorry.")


def test_headers_at_the_start_of_a_line_begin_the_mail() -> None:
    """Where no mark stands."""
    text = "\nSorry.\nReceived: from x\nSubject: Quote\n"
    assert mail_in(text[cut(text, text.lower()) :]).startswith("Received: from x")


@pytest.mark.parametrize(
    "text", ["\nthe original message was not delivered\n", "\nOriginal message size 5\n", "\nSorry."]
)
def test_words_about_the_mail_are_no_mark(text: str) -> None:
    """A mark begins its line, and what follows it says so."""
    assert cut(text, text.lower()) == len(text)
