"""Lotus Notes' internet gateway in Japan: the reason in Japanese, the address below it.

    ------- Failure Reasons  --------

    User not listed in public Name & Address Book
    ann@harbor.example

    ------- Returned Message --------

The reason stands before the address that it is about. A reason that is about the mail names no address: the returned mail does.
"""

from __future__ import annotations

from mailstrata.bounces.answer import answer_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import BARE, Form, bounces, read_form
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.signs import may_be_a_notice

DIALECT = "notes"

FORM = Form(
    name=DIALECT,
    opening=("------- failure reasons",),
    start=("failure reasons  --------", "failure reasons --------"),
    line=BARE,
    said_before=True,
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The addresses below the reasons, else those of the returned mail."""
    if standard or not FORM.is_spoken_by(notice) or not may_be_a_notice(notice):
        return None
    answer = answer_in(FORM.block(notice))
    written = [(each, answer) for each in notice.original.recipients]
    return read_form(FORM, notice) or bounces(notice, written, dialect=DIALECT) or None
