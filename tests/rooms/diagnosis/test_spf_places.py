"""Whose SPF record matters to the domain, and how much a broken one hurts."""

from __future__ import annotations

import pytest
from tests.paper import prospects

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import passes_from, spf_names, weight
from mailstrata.formats import world
from mailstrata.model.finding import Gravity
from mailstrata.model.observation import Unknown
from mailstrata.model.question import SesIdentity, Txt

WORLD = """
identity us-east-1 sailing.example = {"mail_from": {"domain": "bounce.sailing.example"}}
identity us-east-1 admin@sailing.example -
txt sailing.example = v=spf1 -all
txt amazonses.com = v=spf1 ip4:192.0.2.0/24 -all
txt gone.example - NXDOMAIN
"""
MAIL_FROM = "bounce.sailing.example"


def evidence(record: str) -> Evidence:
    """The world with this line for the MAIL FROM domain."""
    return Evidence(world.parse(f"{WORLD}\ntxt {MAIL_FROM} {record}").facts)


def test_the_mail_from_domain_comes_first_and_each_name_once() -> None:
    """Mail by SES uses it; the domain in the From is for others."""
    names = spf_names(prospects(), evidence("= v=spf1 -all"))
    assert [(one.name, one.mail_from, one.region) for one in names] == [
        (MAIL_FROM, True, "us-east-1"),
        ("sailing.example", False, ""),
    ]


@pytest.mark.parametrize(
    ("record", "passing", "gravity"),
    [
        ("= v=spf1 include:amazonses.com ~all", True, Gravity.NOTICE),
        ("= v=spf1 ip4:192.0.2.0/24 include:gone.example ~all", True, Gravity.NOTICE),
        ("= v=spf1 inclde:amazonses.com ~all", False, Gravity.WARNING),
        ("= v=spf1 -all", False, Gravity.WARNING),
        ("- NODATA", False, Gravity.WARNING),
    ],
)
def test_a_record_hurts_where_an_address_of_ses_does_not_pass(record: str, passing: bool, gravity: Gravity) -> None:
    """What stands behind the term that matches does not matter."""
    known = evidence(record)
    name = spf_names(prospects(), known)[0]
    assert passes_from(known, MAIL_FROM, "amazonses.com") is passing
    assert weight(known, name) is gravity


def test_what_ses_sends_from_may_be_unseen() -> None:
    """Then nothing is said of who passes."""
    known = evidence("= v=spf1 -all")
    blind = Evidence({**dict(known.items()), Txt("amazonses.com"): Unknown(reason="SERVFAIL")})
    assert isinstance(passes_from(blind, MAIL_FROM, "amazonses.com"), Unknown)


def test_the_domains_own_record_is_looked_at_whatever_ses_is_asked() -> None:
    """Where the identity is not known the MAIL FROM domain is not; the record of the domain in the From is another."""
    known = evidence("= v=spf1 -all")
    blind = Evidence({**dict(known.items()), SesIdentity("us-east-1", "sailing.example"): Unknown(reason="not asked")})
    assert [(one.name, one.region, one.unknown is None) for one in spf_names(prospects(), blind)] == [
        ("sailing.example", "us-east-1", False),
        ("sailing.example", "", True),
    ]
