from __future__ import annotations

import pytest

from mailstrata.bounces.provider import provider_of


@pytest.mark.parametrize(
    ("remote", "words", "reporter", "provider"),
    [
        ("dock-example.mail.protection.outlook.com", "", "", "exchange-online"),
        ("outlook-com.olc.protection.outlook.com", "", "", "outlook-consumer"),
        ("aspmx.l.google.com", "", "", "gmail"),
        ("aspmx.l.google.com.evil.example", "", "", ""),
        ("", "550 5.2.1 disabled x1.000 - gsmtp", "a8-50.smtp-out.amazonses.com", "gmail"),
        ("", "550 5.4.1 no [X.namprd05.prod.outlook.com 2026-05-12T18:31:02.967Z 08]", "", "exchange-online"),
        ("", "550 no", "a8-50.smtp-out.amazonses.com", ""),
        ("", "550 no", "x.prod.outlook.com", "exchange-online"),
    ],
)
def test_who_answered_is_told_by_name_on_whole_labels_or_by_its_way_of_writing(
    remote: str, words: str, reporter: str, provider: str
) -> None:
    """A look-alike is nobody, and our own sender is not who refused."""
    assert provider_of(remote, words, reporter) == provider
