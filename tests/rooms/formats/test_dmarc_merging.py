"""What is put in the place of DMARC records that nobody applies may not lose mail by surprise."""

from __future__ import annotations

import pytest

from mailstrata.formats.dmarc import parse
from mailstrata.formats.dmarc_merging import merged, readable


@pytest.mark.parametrize(
    ("texts", "record"),
    [
        (("v=DMARC1; p=reject", "v=DMARC1; p=none"), "v=DMARC1; p=none"),
        (("v=DMARC1; p=reject; sp=reject", "v=DMARC1; p=quarantine"), "v=DMARC1; p=quarantine; sp=reject"),
        (("v=DMARC1; p=reject; adkim=s", "v=DMARC1; p=reject"), "v=DMARC1; p=reject"),
        (("v=DMARC1; p=reject; aspf=s", "v=DMARC1; p=reject; aspf=s"), "v=DMARC1; p=reject; aspf=s"),
        (
            ("v=DMARC1; p=none; rua=mailto:a@dock.example", "v=DMARC1; p=refuse; rua=mailto:b@dock.example"),
            "v=DMARC1; p=none; rua=mailto:a@dock.example,mailto:b@dock.example",
        ),
    ],
)
def test_the_mildest_policy_and_all_report_addresses(texts: tuple[str, ...], record: str) -> None:
    """Of each tag what asks for least."""
    assert merged(texts) == record


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=DMARC1; p=reject; adkim=x", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=refuse; rua=mailto:a@dock.example", "v=DMARC1; p=none; rua=mailto:a@dock.example"),
        ("v=DMARC1; nonsense; p=reject; p=none", "v=DMARC1; p=reject"),
        ("v=DMARC1", "v=DMARC1; p=none"),
    ],
)
def test_what_cannot_be_read_is_left_out(text: str, record: str) -> None:
    """The rest is kept, and can be read."""
    assert readable(text) == record
    assert parse(record)
