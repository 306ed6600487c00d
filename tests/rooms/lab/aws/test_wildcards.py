from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import within

from mailstrata.lab.aws.wildcards import matches, pattern


@pytest.mark.parametrize(
    ("wanted", "text", "fits"),
    [
        ("*", "", True),
        ("ses:Send*", "ses:SendRawEmail", True),
        ("ses:Send*", "ses:GetAccount", False),
        ("?b", "ab", True),
        ("?b", "b", False),
        ("a*c*e", "abcde", True),
        ("a*c*e", "abcd", False),
        ("[a]", "a", False),
        ("", "", True),
    ],
)
def test_matches(wanted: str, text: str, fits: bool) -> None:
    """A star stands for any characters, a question mark for one, everything else for itself."""
    assert matches(pattern(wanted), text) is fits


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_agrees_with_fnmatch(wanted: str, text: str) -> None:
    """Where only stars and question marks are used, the answer is that of the standard library."""
    assert matches(pattern(wanted), text) is fnmatch.fnmatchcase(text, wanted)


def test_many_stars_do_not_stall() -> None:
    """A pattern that would make a backtracking matcher run for ages is answered at once."""
    assert not matches(pattern("*a" * 500 + "b"), "a" * 2000)
    assert within(5, lambda: matches(pattern("*a" * 500 + "b"), "a" * 2000))


def test_a_variable_is_filled_in_literally() -> None:
    """A star that comes from the request's context matches only a star."""
    tokens = pattern("user/${aws:username}", {"aws:username": ("a*",)})
    assert matches(tokens, "user/a*")
    assert not matches(tokens, "user/ab")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("${aws:username}", None), ("${aws:username, 'nobody'}", "nobody"), ("${*}", "*"), ("${?}${$}", "?$")],
)
def test_variables_without_a_value(text: str, wanted: str | None) -> None:
    """A variable without a value matches nothing unless it has a default; three escapes stand for themselves."""
    tokens = pattern(text, {})
    assert (tokens is None) if wanted is None else matches(tokens, wanted)
