"""BIMI records."""

from __future__ import annotations

import pytest

from mailstrata.formats.bimi import BimiRecord, MalformedBimi, parse, render, trouble
from mailstrata.formats.dmarc import DmarcRecord

TEXT = "v=BIMI1; l=https://sailing.example/logo.svg; a=https://sailing.example/vmc.pem"


def test_a_record_is_read_and_written_back() -> None:
    """Logo and certificate."""
    record = parse(TEXT)
    assert record == BimiRecord(location="https://sailing.example/logo.svg", evidence="https://sailing.example/vmc.pem")
    assert render(record) == TEXT
    assert parse("v=BIMI1; l=; a=;").declines


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("v=BIMI2; l=", "v"),
        ("v=BIMI1;", "l"),
        ("v=BIMI1; l=http://x/y.svg", "l"),
        ("v=BIMI1; l=; a=x", "a"),
        ("v=BIMI1; l=; l=", "l"),
    ],
)
def test_a_broken_record_names_its_tag(text: str, where: str) -> None:
    """The tag is the place."""
    with pytest.raises(MalformedBimi) as caught:
        parse(text)
    assert caught.value.where == where


def test_a_logo_needs_an_enforced_policy_a_certificate_and_an_svg() -> None:
    """What mailboxes ask for before they show it."""
    assert trouble(parse(TEXT), DmarcRecord(p="reject")) == ()
    assert len(trouble(BimiRecord(location="https://x/y.png"), DmarcRecord(p="none"))) == 3
    assert trouble(BimiRecord(), None) == ()
