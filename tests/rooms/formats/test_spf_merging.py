"""Several SPF records become one that lets everybody send who could by one of them."""

from __future__ import annotations

import pytest

from mailstrata.formats.spf_merging import merged


@pytest.mark.parametrize(
    ("texts", "record"),
    [
        (
            ("v=spf1 include:a.example -all", "v=spf1 include:b.example ~all"),
            "v=spf1 include:a.example include:b.example ~all",
        ),
        (("v=spf1 a -all", "v=spf1 a mx -all"), "v=spf1 a mx -all"),
        (("v=spf1 a ?all", "v=spf1 mx -all"), "v=spf1 a mx ?all"),
        (("v=spf1 a +all", "v=spf1 mx -all"), "v=spf1 a mx -all"),
        (("v=spf1 a all", "v=spf1 mx"), "v=spf1 a mx ~all"),
        (("v=spf1 redirect=a.example", "v=spf1 mx -all"), "v=spf1 include:a.example mx -all"),
        (("v=spf1 redirect=a.example", "v=spf1 redirect=a.example"), "v=spf1 redirect=a.example"),
        (("v=spf1", "v=spf1"), "v=spf1 ~all"),
    ],
)
def test_mechanisms_are_joined_and_the_softest_end_stands(texts: tuple[str, ...], record: str) -> None:
    """RFC 7208 3.2: one record; a redirect beside an all would never be looked at."""
    assert merged(texts) == record
