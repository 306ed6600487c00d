"""Texts of servers made comparable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.bounces.classification.spoken import spoken

_ADDRESS = re.compile(r"[^\s<>@\"':;,()\[\]=]{1,64}@[^\s<>@,;:()\[\]]{1,255}")
_BETWEEN = re.compile(r"[\W_]+")


def _by_definition(text: str) -> str:
    """What `spoken` promises, letter by letter, for texts without apostrophes and the word exist, and with no accent but é."""
    plain = _ADDRESS.sub(" addr ", text.lower()).replace("é", "e")
    words = _BETWEEN.sub(" ", plain.replace("e-mail", "email")).strip()
    return f" {words} " if words else " "


@given(st.text(alphabet="aB5 .@<>\n\t:;,=-_e-mailé\x1c\u2028", max_size=200))
def test_quickly_is_the_same_as_by_definition(text: str) -> None:
    """Addresses are found from their at-sign backwards, ASCII is translated: neither may change a word."""
    assert spoken(text) == _by_definition(text)


@pytest.mark.parametrize("letters", [63, 64, 65, 200])
def test_an_address_has_64_letters_before_its_at_sign(letters: int) -> None:
    """RFC 5321 4.5.3.1.1: what is longer begins with something else."""
    text = "x" * letters + "@dock.example unknown"
    assert spoken(text) == _by_definition(text)


def test_many_at_signs_cost_no_more_than_their_number() -> None:
    """A text of at-signs alone has no address."""
    assert spoken("@" * 4000) == " "


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Boîte aux lettres pleine", " boite aux lettres pleine "),
        ("Boi\u0302te pleine", " boite pleine "),
        ("Empfänger außerhalb", " empfanger ausserhalb "),
        ("Ǽ ǿ Ł ž", " ae o l z "),
        ("ящик удалён, Почтовый й", " ящик удалён почтовый й "),
        ("メールボックスがいっぱい", " メールボックスがいっぱい "),
    ],
)
def test_latin_letters_lose_their_accents_and_no_others(text: str, words: str) -> None:
    """Elsewhere the mark makes another letter of it; composed or not is the same (Unicode Standard Annex 15)."""
    assert spoken(text) == words
