"""Mistakes in words."""

from __future__ import annotations

from mailstrata.credentials.mistakes import RECIPES
from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.password_words import code_of, words


def test_every_mistake_that_can_be_found_is_told_in_words() -> None:
    """The names of `credentials` and the words of `diagnosis`, which are strangers, stay together."""
    found = {*RECIPES, "real-date", "empty"} - {"secret-itself"}
    assert [name for name in sorted(found) if "made with the mistake" in words(name)[0]] == []


def test_an_unknown_name_is_told_as_it_is() -> None:
    """A recording of a later version may name what this one does not know."""
    assert words("moon-phase-missing")[0] == "it was made with the mistake 'moon-phase-missing'"


def test_a_mistake_of_copying_is_not_answered_with_the_algorithm() -> None:
    """Who copied white space along needs no lesson in HMAC."""
    assert "11111111" not in words("trailing-whitespace")[1]
    assert "11111111" in words("service-email")[1]


def test_every_mistake_has_the_code_of_the_check_that_finds_it() -> None:
    """Five codes share all mistakes; of two mistakes the first, that of the computation, decides."""
    codes = {check.CODE for check in CHECKS}
    assert {code_of(name) for name in RECIPES} <= codes
    assert (code_of("right"), code_of("unrecognised")) == ("right", "unknown")
    assert code_of("trailing-whitespace") == "password-malformed"
    assert code_of("v2+trailing-whitespace") == "password-legacy"
    assert code_of("service-email+quoted") == "password-wrong-derivation"


def test_two_mistakes_are_told_both() -> None:
    """And the way to put it right is that of the computation."""
    done, instead = words("service-email+quoted")
    assert "email" in done
    assert "quotation marks" in done
    assert "11111111" in instead
