"""Whose mail it is, read beyond doubt or not at all."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.relay.mailboxes import LIMIT, Ambiguous, read

CLEAR = {
    b" admin@sailing.example": ("admin@sailing.example",),
    b"Ann <Admin@Sailing.Example>": ("Admin@sailing.example",),
    b' "Ann, of <the> boat @ sea" <admin@sailing.example>': ("admin@sailing.example",),
    b" Ann van der B. Boot <admin@sailing.example>": ("admin@sailing.example",),
    b" =?utf-8?q?Ann=40bank=2Eexample?= <admin@sailing.example>": ("admin@sailing.example",),
    " Ännchen <admin@sailing.example>".encode(): ("admin@sailing.example",),
    b' admin@sailing.example (a comment, (with \\) another) " of ann@bank.example)': ("admin@sailing.example",),
    b"\r\n\tAnn\r\n <admin@sailing.example>": ("admin@sailing.example",),
    b" a@sailing.example, B <b@sailing.example>": ("a@sailing.example", "b@sailing.example"),
    b" a@sailing.example, , b@sailing.example,": ("a@sailing.example", "b@sailing.example"),
    b" Crew: a@sailing.example, b@sailing.example;": ("a@sailing.example", "b@sailing.example"),
    b" undisclosed-recipients:;": (),
    b' "admin"@sailing.example': ("admin@sailing.example",),
    b' "ad\\min"@sailing.example': ("admin@sailing.example",),
    b" admin @ sailing . example": ("admin@sailing.example",),
}
DOUBTFUL = [
    b" ann@bank.example <admin@sailing.example>",
    b" <admin@sailing.example> <ann@bank.example>",
    b" <admin@sailing.example> ann@bank.example",
    b" admin@sailing.example ann@bank.example",
    b" admin@sailing.example@bank.example",
    b" <@bank.example:admin@sailing.example>",
    b" <admin@sailing.example",
    b' "Ann <admin@sailing.example>',
    b" (Ann <admin@sailing.example>",
    b" Ann) <admin@sailing.example>",
    b" Ann \\<ann@bank.example\\> <admin@sailing.example>",
    b" Crew: a@sailing.example",
    b" a@sailing.example; b@sailing.example",
    b" Crew: Boat: a@sailing.example;;",
    b" admin",
    b" <>",
    b" admin@[127.0.0.1]",
    b' "ann@bank.example"@sailing.example',
    b' "two words"@sailing.example',
    " ädmin@sailing.example".encode(),
    b" a..b@sailing.example",
    b" .a@sailing.example",
    b"x" * (LIMIT + 1),
]


@pytest.mark.parametrize("value", CLEAR, ids=repr)
def test_what_is_clear_is_read(value: bytes) -> None:
    """Names, comments, groups and folding do not matter; case of a domain neither."""
    assert read(value) == CLEAR[value]


@pytest.mark.parametrize("value", DOUBTFUL, ids=lambda value: repr(value[:50]))
def test_what_two_readers_could_read_differently_is_refused(value: bytes) -> None:
    """Here a mail gets its author."""
    with pytest.raises(Ambiguous):
        read(value)


@given(st.binary(max_size=200) | st.text('<>@.,:;"()\\ ab[]', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(value: bytes) -> None:
    """Nothing else is raised, and what is read is an address."""
    with contextlib.suppress(Ambiguous):
        for address in read(value):
            local, at, domain = address.rpartition("@")
            assert local
            assert at
            assert domain == domain.lower()
            assert "@" not in local
