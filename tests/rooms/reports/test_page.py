from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.reports.page import NARROWEST, Span, cut, fold, text_of
from mailstrata.reports.safe import width as columns_of


def test_lines_are_folded_at_spaces_with_their_indent_bar_and_hang() -> None:
    """The first line hangs over the others."""
    page = fold([Span("1. "), Span("alpha beta gamma delta epsilon zeta eta theta")], 40, indent=2, hang=3, bar="| ")
    assert text_of(page) == "  | 1. alpha beta gamma delta epsilon\n  |    zeta eta theta\n"


def test_spaces_within_a_quote_are_kept() -> None:
    """What is verbatim stays so where it is not folded."""
    assert text_of(fold([Span("a  b   c")], 80)) == "a  b   c\n"


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab 漢é\u202e\n"), max_size=300), st.integers(20, 100), st.integers(0, 12))
def test_no_line_is_wider_than_the_page_and_nothing_is_lost(text: str, width: int, indent: int) -> None:
    """Words longer than a line are broken, not cut."""
    span = Span(text)
    page = fold([span], width, indent=indent, hang=2)
    assert all(columns_of("".join(each.text for each in line).rstrip()) <= max(width, NARROWEST) for line in page)
    assert "".join(text_of(page).split()) == "".join(span.text.split())


def test_a_cut_text_says_that_it_is_cut() -> None:
    """Only the picture cuts, and counts wide characters as two."""
    assert [cut("recipient", 20), cut("recipient", 5), cut("漢字漢字", 5)] == ["recipient", "reci…", "漢字…"]
