"""Letters as plain text: each with its head, parted by a line, harmless for a terminal."""

from __future__ import annotations

from mailstrata.model.finding import Letter
from mailstrata.reports import letters
from mailstrata.reports.page import text_of

LETTER = Letter(
    fix="ask-recipient-admin",
    code="recipient-refuses-policy",
    to="the administrator",
    subject="Mail",
    text="Hello,\n\nthe mail",
)


def test_a_letter_begins_with_whom_it_is_for() -> None:
    """As a mail program shows it."""
    assert text_of(letters.page([LETTER])) == "To: the administrator\nSubject: Mail\n\nHello,\n\nthe mail\n"


def test_two_letters_are_parted() -> None:
    """So that neither is sent with the other."""
    assert f"\n{letters.BETWEEN}\n" in text_of(letters.page([LETTER, LETTER]))


def test_what_a_server_said_cannot_steer_the_terminal() -> None:
    """Its words are in the letter as they are, and untrusted."""
    shown = text_of(letters.page([Letter(fix="f", code="c", to="t", subject="s", text="550 \x1b[2J no")]))
    assert "\x1b" not in shown
