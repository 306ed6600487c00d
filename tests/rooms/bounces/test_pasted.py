from __future__ import annotations

import pytest

from mailstrata.bounces.pasted import LIMIT, pasted


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 user unknown",
        "smtp; 550 5.1.1 user unknown",
        "  Diagnostic-Code: smtp;550-5.1.1 user\n550 5.1.1 unknown\n",
        '"550 5.1.1 user unknown"',
        "\u201c550 5.1.1 user unknown\u201d",
        "> The response was:\n>\n> 550 5.1.1 user unknown\n",
        ">> 550-5.1.1 user\n>> 550 5.1.1 unknown",
    ],
)
def test_an_answer_is_found_in_what_people_copy(text: str) -> None:
    """With or without the field's name and type, on one line or several, quoted or behind its lead-in."""
    bounce = pasted(text)
    assert str(bounce.reply) == "550 5.1.1 user unknown"
    assert bounce.status == "5.1.1"


def test_who_answered_is_told_by_the_way_it_is_written() -> None:
    """There is no host beside a pasted text."""
    assert pasted("550 5.4.1 no [X.namprd05.prod.outlook.com 2026]").provider == "exchange-online"


def test_words_without_a_code_are_kept() -> None:
    """SES's note on its suppression list has none."""
    bounce = pasted("Amazon SES did not send the message; see below")
    assert (bounce.reply, bounce.diagnostic) == (None, "Amazon SES did not send the message; see below")


def test_a_book_is_read_at_its_beginning() -> None:
    """Nobody's answer is longer."""
    assert len(pasted("550 " + "x" * 10 * LIMIT).diagnostic) <= LIMIT
