"""Shapes of SMTP passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.shape import doubt, judge, looks_right


@given(secret=st.text(st.characters(codec="ascii"), min_size=1))
def test_a_derived_password_looks_right_and_is_given_no_fault(secret: str) -> None:
    """No right password is ever accused by its look."""
    password = smtp_password(secret, "eu-west-1")
    assert looks_right(password)
    assert judge(password) == "unrecognised"


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (SECRET, ""),
        (f'"{SECRET}"', "quotation marks"),
        (f"'{SECRET}'", "quotation marks"),
        (SECRET.replace("/", "%2F"), "percent-encoded"),
        (SECRET.replace("/", "%2f"), "percent-encoded"),
        (SECRET[:-1], "it has 39 characters"),
        ('"', "it has 1 characters"),
        ("é" * 40, "40: letters, digits"),
    ],
)
def test_what_speaks_against_a_secret_is_told(secret: str, words: str) -> None:
    """Nothing does where it has the 40 characters of one."""
    told = doubt(secret)
    assert words in told
    assert bool(words) == bool(told)
    assert SECRET not in told


@given(text=st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    """Whatever stands in the place of a password, a name comes back."""
    assert judge(text)
