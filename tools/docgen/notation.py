"""The words of the ``.world`` notation, from the questions themselves."""

from __future__ import annotations

from tools.docgen import markdown, questions

from mailstrata.model.question import QUESTIONS


def render() -> str:
    """One line for each word."""
    rows = [
        (f"`{questions.left_side(kind)}`", questions.answered_with(kind).replace("](#", "](reference/questions.md#"))
        for kind in QUESTIONS
    ]
    return markdown.table(("Left side", "Value after `=`"), rows)
