"""TXT records of one name belong to several owners: whoever changes one keeps the others."""

from __future__ import annotations

import pytest
from tests.effort import within

from mailstrata.formats.txt_sets import kind, merged, unquoted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("v=spf1 -all", "spf"),
        ("V=SPF1", "spf"),
        ("v=spf10 -all", ""),
        ('"v=spf1 -all"', "spf"),
        ("v=DMARC1; p=none", "dmarc"),
        ("v=DMARC1 p=none", "dmarc"),
        ("v=DMARC10", ""),
        ("v=DKIM1; k=rsa; p=MIIB", "dkim"),
        ("p=MIIB", "dkim"),
        ("google-site-verification=x", ""),
        ("", ""),
    ],
)
def test_a_record_is_known_by_how_it_begins(text: str, name: str) -> None:
    """Slips included: what means to be one is one."""
    assert kind(text) == name


def test_what_is_of_another_kind_stays() -> None:
    """Only the record that is put right is replaced."""
    standing = ("google-site-verification=x", "v=spf1 -all", "v=spf1 a -all")
    assert merged(standing, ("v=spf1 a ~all",)) == ("google-site-verification=x", "v=spf1 a ~all")


def test_a_text_of_no_known_kind_replaces_nothing() -> None:
    """It is put beside what stands there, once."""
    assert merged(("x", "v=spf1 -all"), ("y", "x")) == ("v=spf1 -all", "y", "x")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"v=spf1 -all"', "v=spf1 -all"),
        ('"v=DKIM1; " "p=MIIB"', "v=DKIM1; p=MIIB"),
        ('"say \\"ahoy\\""', 'say "ahoy"'),
        ("v=spf1 -all", "v=spf1 -all"),
    ],
)
def test_strings_are_joined_without_a_space(written: str, text: str) -> None:
    """RFC 7208 3.3."""
    assert unquoted(written) == text


def test_a_quote_that_is_never_closed_is_looked_for_once() -> None:
    """A TXT record may have 64 KB; of quotes and backslashes it took a quarter of a minute."""
    text = '"' + '"\\' * 32_000
    assert unquoted(text) == ""
    assert within(0.5, lambda: unquoted(text))
