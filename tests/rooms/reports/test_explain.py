from __future__ import annotations

from mailstrata.reports import explain
from mailstrata.reports.page import text_of

DOCSTRING = """The IAM key behind the alias's SMTP password is no longer active.

    What it sees
        AWS lists the key as Inactive, and the login is refused
        with 535.
    How to put it right
        1. Make a new key.
        2. Type it into Gmail.

        $ mailstrata fix rotate-credentials --apply
    Read more
        facts.md A4
    """


def test_a_docstring_becomes_a_page_with_headings_paragraphs_and_lists() -> None:
    """Lines of a paragraph are joined and folded, steps and commands stand alone."""
    assert text_of(explain.page("key-inactive", DOCSTRING, stratum="relay", width=60)) == (
        "key-inactive  relay\n"
        "The IAM key behind the alias's SMTP password is no longer\n"
        "active.\n"
        "\n"
        "What it sees\n"
        "    AWS lists the key as Inactive, and the login is refused\n"
        "    with 535.\n"
        "\n"
        "How to put it right\n"
        "    1. Make a new key.\n"
        "    2. Type it into Gmail.\n"
        "\n"
        "    $ mailstrata fix rotate-credentials --apply\n"
        "\n"
        "Read more\n"
        "    facts.md A4\n"
    )


def test_headings_may_also_stand_at_the_margin() -> None:
    """Indented or not, the page is the same."""
    flat = "A fault.\n\nWhat it sees\n    Something.\n"
    indented = "A fault.\n\n    What it sees\n        Something.\n    "
    assert explain.page("x", flat) == explain.page("x", indented)
