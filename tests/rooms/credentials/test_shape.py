"""Shapes of SMTP passwords."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.shape import judge, looks_right


@given(secret=st.text(st.characters(codec="ascii"), min_size=1))
def test_a_derived_password_looks_right_and_is_given_no_fault(secret: str) -> None:
    """No right password is ever accused by its look."""
    password = smtp_password(secret, "eu-west-1")
    assert looks_right(password)
    assert judge(password) == "unrecognised"


@given(text=st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    """Whatever stands in the place of a password, a name comes back."""
    assert judge(text)
