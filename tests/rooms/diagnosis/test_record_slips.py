"""Each usual slip is recognised by its shape and named; what is right is no slip."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.record_slips import (
    in_exchangers,
    in_target,
    in_text,
    is_wildcard,
    mailbox_provider,
    mended,
    misplaced,
)

ZONE = "sailing.example"
KEY = "aaaa.dkim.amazonses.com"
FEEDBACK = "feedback-smtp.us-east-1.amazonses.com"
INBOUND = "inbound-smtp.us-east-1.amazonaws.com"

TARGETS = [
    (KEY, KEY, ""),
    ("AAAA.dkim.amazonses.com.", KEY, ""),
    (f"{KEY}.{ZONE}", KEY, "the console appended sailing.example"),
    ("aaaa.dkim.amazonaws.com", KEY, "amazonaws.com was written for amazonses.com"),
    ("inbound-smtp.us-east-1.amazonses.com", INBOUND, "amazonses.com was written for amazonaws.com"),
    (f'"{KEY}"', KEY, "quotes or a space"),
    ("aaaa.dkim.eu-south-1.amazonses.com", KEY, "SES's DKIM host of eu-south-1"),
    (KEY, "aaaa.dkim.eu-south-1.amazonses.com", "this identity's keys are at dkim.eu-south-1.amazonses.com"),
    ("bbbb.dkim.amazonses.com", KEY, "the key of another token"),
    ("feedback-smtp.eu-west-1.amazonses.com", FEEDBACK, "another region, eu-west-1"),
    ("mail.harbor.example", FEEDBACK, ""),
]


@pytest.mark.parametrize(("found", "wanted", "words"), TARGETS)
def test_a_target_that_is_wrong_is_wrong_in_a_known_way(found: str, wanted: str, words: str) -> None:
    """The zone appended, Amazon's two names, another region, another token; a stranger has no known way."""
    said = in_target(found, wanted, ZONE)
    assert words in said
    assert bool(said) == bool(words)


TEXTS = [
    ("v=spf1 include:amazonses.com ~all", "", "v=spf1 include:amazonses.com ~all"),
    ("v=spf1 a mx ip4:192.0.2.1 -all", "", "v=spf1 a mx ip4:192.0.2.1 -all"),
    ('"v=spf1 include:amazonses.com ~all"', "quotes stand inside", "v=spf1 include:amazonses.com ~all"),
    ("'v=DMARC1; p=none'", "quotes stand inside", "v=DMARC1; p=none"),
    ('v=DKIM1; p=MIIB" "IjAN', "joined wrongly", "v=DKIM1; p=MIIBIjAN"),
    ("v=spf1 include:amazonses. com ~all", "a space stands in the middle", "v=spf1 include:amazonses.com ~all"),
    ("v=spf1 include: amazonses.com ~all", "a space stands in the middle", "v=spf1 include:amazonses.com ~all"),
    ("v=spf1 include:amazonaws.com ~all", "amazonaws.com was written", "v=spf1 include:amazonses.com ~all"),
    ("v=DMARC1 p=none rua=mailto:a@dock.example", "semicolons", "v=DMARC1; p=none; rua=mailto:a@dock.example"),
    ("v=DMARC1; p=none", "", "v=DMARC1; p=none"),
    ("google-site-verification=x y", "", "google-site-verification=x y"),
]


@pytest.mark.parametrize(("text", "words", "right"), TEXTS)
def test_a_text_that_was_typed_wrongly_is_named_and_mended(text: str, words: str, right: str) -> None:
    """What is certain is taken away; a text without a slip stays as it is."""
    said = in_text(text)
    assert words in said
    assert bool(said) == bool(words)
    assert mended(text) == right


PLACES = [
    (
        "aaaa._domainkey.sailing.example",
        ["aaaa._domainkey.sailing.example.sailing.example", "aaaa.domainkey.sailing.example", "aaaa.sailing.example"],
    ),
    ("_dmarc.sailing.example", ["_dmarc.sailing.example.sailing.example", "dmarc.sailing.example", "sailing.example"]),
    ("bounce.sailing.example", ["bounce.sailing.example.sailing.example", "sailing.example"]),
    ("sailing.example", ["sailing.example.sailing.example"]),
]


@pytest.mark.parametrize(("name", "places"), PLACES)
def test_a_record_that_is_missing_may_stand_in_one_of_few_places(name: str, places: list[str]) -> None:
    """The zone twice, the underscore or the label lost, the parent in place of the subdomain."""
    assert [place.name for place in misplaced(name, ZONE)] == places
    assert all(place.words for place in misplaced(name, ZONE))


def test_no_place_is_longer_than_a_name_may_be() -> None:
    """RFC 1035 2.3.4: 255 octets on the wire."""
    long = ".".join(["a" * 60] * 4)
    assert misplaced(long, long) == ()


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ((FEEDBACK,), ""),
        ((INBOUND,), "receiving"),
        ((FEEDBACK, "mx.harbor.example"), "a second MX"),
        (("mx.harbor.example",), ""),
    ],
)
def test_the_exchangers_of_a_mail_from_domain(hosts: tuple[str, ...], words: str) -> None:
    """The host for receiving in the place of the one for bounces, and two entries (facts.md B3)."""
    said = in_exchangers(hosts, FEEDBACK)
    assert words in said
    assert bool(said) == bool(words)


def test_a_wildcard_answers_the_same_for_a_name_that_nobody_has() -> None:
    """RFC 4592: what it answers here it answers everywhere."""
    assert is_wildcard(("v=x",), ("v=x",))
    assert not is_wildcard(("v=x",), ("v=y",))
    assert not is_wildcard((), ())


@pytest.mark.parametrize(
    ("exchangers", "found"),
    [
        (("aspmx.l.google.com.", "alt1.aspmx.l.google.com"), ("Google", "_spf.google.com")),
        (("sailing-example.mail.protection.outlook.com",), ("Microsoft 365", "spf.protection.outlook.com")),
        (("aspmx.l.google.com.evil.example",), None),
        (("notgoogle.com",), None),
        (("mx.harbor.example",), None),
        ((), None),
    ],
)
def test_a_mailbox_provider_is_known_by_its_exchangers(
    exchangers: tuple[str, ...], found: tuple[str, str] | None
) -> None:
    """facts.md E: labels are compared whole."""
    assert mailbox_provider(exchangers) == found
