from __future__ import annotations

from mailstrata.model.errors import Malformed, Refusal


def test_malformed_says_where_what_and_what_was_expected() -> None:
    """One line of text, and the three as fields."""
    error = Malformed("my.toml:3: port", "'no'", "a whole number")
    assert str(error) == "my.toml:3: port: 'no'; expected a whole number"
    assert isinstance(error, ValueError)
    assert (error.where, error.found, error.expected) == ("my.toml:3: port", "'no'", "a whole number")


def test_a_refusal_has_a_hint_and_a_status() -> None:
    """2 is the caller's mistake; 4 a change that could not be made."""
    assert (Refusal("no").status, Refusal("no").hint) == (2, "")
    refusal = Refusal("no", "do this", status=4)
    assert (str(refusal), refusal.message, refusal.hint, refusal.status) == ("no", "no", "do this", 4)
