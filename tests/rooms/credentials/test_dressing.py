"""What happens to a password on its way into a form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.dressing import DRESSINGS


@pytest.mark.parametrize("name", DRESSINGS)
@given(secret=st.text(st.characters(codec="ascii"), min_size=1, max_size=60))
def test_what_was_done_is_taken_back(name: str, secret: str) -> None:
    """Undoing what a dressing did gives the derived password, whatever its characters are."""
    password = smtp_password(secret, "us-east-1")
    assert DRESSINGS[name].undo(DRESSINGS[name].spoil(password)) == password


@pytest.mark.parametrize("name", DRESSINGS)
@given(text=st.text(max_size=100))
def test_any_text_can_be_looked_at(name: str, text: str) -> None:
    """Whatever was pasted, undoing raises nothing."""
    assert isinstance(DRESSINGS[name].undo(text), str)
