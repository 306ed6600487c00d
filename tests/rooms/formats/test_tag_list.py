"""Tag lists of RFC 6376 3.2."""

from __future__ import annotations

import pytest

from mailstrata.formats.tag_list import MalformedTags, number, parse, render


def test_tags_keep_their_order_and_lose_the_space_around_them() -> None:
    """A last semicolon is allowed, folded lines are as good as one."""
    assert list(parse("v = DKIM1 ;\r\n k=rsa;  p=MIG fMA0=;").items()) == [
        ("v", "DKIM1"),
        ("k", "rsa"),
        ("p", "MIG fMA0="),
    ]
    assert render(parse("a=1;b=2")) == "a=1; b=2"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("v=1; v=2", "v"),
        ("v=1;; k=2", "character 4"),
        ("v=1; junk", "character 4"),
        ("1v=1", "character 0"),
        ("k=\x80", "k"),
        ("v=1;" + "x" * 70_000, "length"),
    ],
)
def test_every_slip_is_named_with_its_place(text: str, where: str) -> None:
    """The tag, or the character."""
    with pytest.raises(MalformedTags) as caught:
        parse(text)
    assert caught.value.where == where


def test_a_number_is_a_whole_one_of_bounded_length() -> None:
    """Nothing else comes near ``int``."""
    assert number({"t": "12"}, "t") == 12
    assert number({}, "t") is None
    for text in ("-1", "1.5", "\u0661", "9" * 40, ""):
        with pytest.raises(MalformedTags):
            number({"t": text}, "t")
