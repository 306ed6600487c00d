"""Passwords of the relay."""

from __future__ import annotations

from mailstrata.adapters.relay_passwords import new_password, without_password


def test_a_password_in_the_field_of_the_name_does_not_reach_the_log() -> None:
    """Gmail's dialogue has both fields below each other; every other name is told as it is."""
    assert without_password(f" {new_password().upper()}") == "(a password in place of a name)"
    assert without_password("ann") == "ann"
