"""DMARC as RFC 7489 and RFC 9989 have it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.lab.receiver_dmarc import Dmarc, Identifiers, evaluate, organizational
from mailstrata.lab.zones import Zones

FROM = "sailing.example"


def world(*records: str, at: str = FROM) -> Zones:
    """A world with DMARC records."""
    zones = Zones()
    zones.add_zone("sailing.example", servers={"ns.dns.example": "127.0.2.1"})
    if records:
        zones.add(f"_dmarc.{at}", "TXT", *records)
    return zones


@pytest.mark.parametrize(
    ("record", "found", "expected"),
    [
        ("v=DMARC1; p=reject", Identifiers(author=FROM, dkim=(FROM,)), Dmarc("pass", "reject")),
        ("v=DMARC1; p=reject", Identifiers(author=FROM, spf="mail.sailing.example"), Dmarc("pass", "reject")),
        ("v=DMARC1; p=reject; aspf=s", Identifiers(author=FROM, spf="mail.sailing.example"), Dmarc("fail", "reject")),
        ("v=DMARC1; p=reject; adkim=s", Identifiers(author=FROM, dkim=("a.sailing.example",)), Dmarc("fail", "reject")),
        ("v=DMARC1; p=quarantine", Identifiers(author=FROM, dkim=("amazonses.com",)), Dmarc("fail", "quarantine")),
        ("v=DMARC1; p=reject; t=y", Identifiers(author=FROM), Dmarc("fail", "quarantine")),
        ("v=DMARC1; p=reject; sp=none", Identifiers(author="a.sailing.example"), Dmarc("fail", "none")),
        ("v=DMARC1; p=none; np=reject", Identifiers(author="a.sailing.example"), Dmarc("fail", "reject")),
        ("v=DMARC1; rua=mailto:a@b.example", Identifiers(author=FROM), Dmarc("fail", "none")),
        ("v=DMARC1; adkim=s", Identifiers(author=FROM), Dmarc("none")),
        ("v=spf1 -all", Identifiers(author=FROM), Dmarc("none")),
        ("p=reject; v=DMARC1", Identifiers(author=FROM), Dmarc("none")),
        ("v=DMARC1; p=reject", Identifiers(author=""), Dmarc("permerror")),
        ("v=DMARC1; p=reject", Identifiers(author="a..b"), Dmarc("permerror")),
    ],
)
def test_a_record_and_what_it_means(record: str, found: Identifiers, expected: Dmarc) -> None:
    """Alignment, policy, subdomain policy, testing, and what is no record."""
    assert evaluate(found, world(record)) == expected


def test_two_records_are_none() -> None:
    """RFC 7489 6.6.3."""
    assert evaluate(Identifiers(author=FROM), world("v=DMARC1; p=reject", "v=DMARC1; p=none")) == Dmarc("none")


def test_a_failing_dns_is_no_absence() -> None:
    """SERVFAIL for the record is a temporary error."""
    zones = world("v=DMARC1; p=reject")
    zones.fault(FROM, "timeout")
    assert evaluate(Identifiers(author=FROM), zones) == Dmarc("temperror")


def test_a_subdomains_own_record_comes_first() -> None:
    """The organisation is asked only when the domain says nothing."""
    zones = world("v=DMARC1; p=reject", at="a.sailing.example")
    zones.add("_dmarc.sailing.example", "TXT", "v=DMARC1; p=none")
    assert evaluate(Identifiers(author="a.sailing.example"), zones) == Dmarc("fail", "reject")


def test_organisations_end_below_the_public_suffix() -> None:
    """The last label is one, others are as listed."""
    assert organizational("a.b.Dock.example") == "dock.example"
    assert organizational("a.dock.co.example", ("co.example",)) == "dock.co.example"
    assert organizational("example") == "example"


@given(st.text(max_size=60))
def test_no_record_breaks_it(record: str) -> None:
    """Whatever stands after v=DMARC1, an answer comes."""
    zones = world()
    try:
        zones.add("_dmarc.sailing.example", "TXT", "v=DMARC1;" + record)
    except UnicodeEncodeError:
        return
    assert evaluate(Identifiers(author=FROM), zones).policy in {"none", "quarantine", "reject"}
