"""Each way of sending, judged on paper as a receiver would."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.paper import Facts, Paper, healthy, prospects

from mailstrata.diagnosis.gathering import gathered
from mailstrata.diagnosis.way import Way
from mailstrata.diagnosis.ways import ways
from mailstrata.formats import world
from mailstrata.model.observation import Unknown
from mailstrata.model.question import SesIdentity

QUIET = """
mx sailing.example = 10 inbound-smtp.us-east-1.amazonaws.com
txt google._domainkey.sailing.example -
txt amazonses.com = v=spf1 ip4:199.255.192.0/22 -all
txt _dmarc.example -
txt _dmarc.bounce.sailing.example -
"""
UNPUBLISHED = (
    "published sailing.example aaaa._domainkey.sailing.example CNAME"
    ' = {"answers": [{"nameserver": "ns1.dns.example", "how": "NXDOMAIN"}]}'
)
GONE = "\n".join(f"ipv{family} {name}.example - NXDOMAIN" for name in "xyz" for family in (4, 6))
IDENTITY = "identity us-east-1 sailing.example"


def told(facts: str = "") -> dict[str, Way]:
    """The ways by their id, in the healthy world with ``facts`` in place of its own."""
    known: Facts = {**healthy(), **world.parse(QUIET).facts, **world.parse(facts).facts}
    found, _ = asyncio.run(gathered(Paper(known), lambda evidence: ways(prospects(), evidence), budget=5))
    return {way.id: way for way in found}


def test_in_a_healthy_world_the_ways_through_ses_pass_by_both() -> None:
    """facts.md C1, its table."""
    way = told()["gmail-alias"]
    assert (way.spf.result, way.spf.domain, way.spf.aligned) == ("pass", "bounce.sailing.example", True)
    assert (way.dkim.result, way.dkim.domain, way.dkim.aligned) == ("pass", "sailing.example", True)
    assert way.dmarc.result == "pass"
    assert way.dmarc.why == "DKIM aligns: sailing.example; SPF aligns: bounce.sailing.example"


def test_gmails_own_server_is_put_into_spam() -> None:
    """facts.md C1: return path and signature are gmail.com's."""
    way = told()["gmail-app-password"]
    assert (way.spf.result, way.spf.aligned, way.dkim.aligned) == ("pass", False, False)
    assert (way.dmarc.result, way.dmarc.fate, way.used) == ("fail", "put into spam (p=quarantine)", False)


@pytest.mark.parametrize(
    ("facts", "spf", "dkim", "dmarc"),
    [
        (
            f'{IDENTITY} = {{"dkim": {{"signing": false}}}}',
            ("pass", "amazonses.com"),
            ("pass", "amazonses.com"),
            "fail",
        ),
        (
            f'{IDENTITY} = {{"dkim": {{"status": "PENDING"}}, "mail_from": {{"domain": "bounce.sailing.example"}}}}',
            ("pass", "bounce.sailing.example"),
            ("pass", "amazonses.com"),
            "pass",
        ),
        (
            f'{IDENTITY} = {{"dkim": {{"tokens": ["aaaa"]}}}}\ncname aaaa._domainkey.sailing.example -\n{UNPUBLISHED}',
            ("pass", "amazonses.com"),
            ("permerror", "sailing.example"),
            "fail",
        ),
        (
            f'{IDENTITY} = {{"mail_from": {{"domain": "bounce.sailing.example"}}}}\ntxt bounce.sailing.example -',
            ("none", "bounce.sailing.example"),
            ("pass", "sailing.example"),
            "pass",
        ),
        (
            "txt bounce.sailing.example = v=spf1 -all",
            ("fail", "bounce.sailing.example"),
            ("pass", "sailing.example"),
            "pass",
        ),
        (
            f"txt bounce.sailing.example = v=spf1 a:x.example a:y.example a:z.example include:amazonses.com -all\n{GONE}",
            ("permerror", "bounce.sailing.example"),
            ("pass", "sailing.example"),
            "pass",
        ),
        (
            f"txt bounce.sailing.example = v=spf1 a:x.example a:y.example a:late.example include:amazonses.com -all\n{GONE}",
            ("unknown", "bounce.sailing.example"),
            ("pass", "sailing.example"),
            "pass",
        ),
        (
            "txt bounce.sailing.example = v=spf1 inc:x -all",
            ("permerror", "bounce.sailing.example"),
            ("pass", "sailing.example"),
            "pass",
        ),
    ],
)
def test_what_is_broken_shows_in_its_part(facts: str, spf: Any, dkim: Any, dmarc: str) -> None:
    """One of the two is enough for DMARC, if it aligns."""
    way = told(facts)["ses-api"]
    assert ((way.spf.result, way.spf.domain), (way.dkim.result, way.dkim.domain), way.dmarc.result) == (
        spf,
        dkim,
        dmarc,
    )


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (f'{IDENTITY} = {{"verified": false}}', "is not verified"),
        (f"{IDENTITY} -", "is not verified"),
        (
            f'{IDENTITY} = {{"mail_from": {{"domain": "b.example", "status": "FAILED", "on_failure": "REJECT_MESSAGE"}}}}',
            "has no fall-back",
        ),
    ],
)
def test_a_way_by_which_no_mail_leaves_says_why(facts: str, why: str) -> None:
    """Nothing is predicted of mail that is never sent."""
    way = told(facts)["ses-api"]
    assert why in way.blocked
    assert (way.spf.result, way.dkim.result, way.dmarc.result) == ("-", "-", "-")


def test_an_address_that_is_an_identity_of_its_own_has_ways_of_its_own() -> None:
    """facts.md B2: its settings take the place of the domain's."""
    way = told('identity us-east-1 admin@sailing.example = {"kind": "EMAIL_ADDRESS", "dkim": {"signing": false}}')[
        "gmail-alias"
    ]
    assert (way.dkim.domain, way.dmarc.result) == ("amazonses.com", "fail")
    assert "an identity of its own" in way.name


def test_workspace_passes_once_spf_and_key_are_there() -> None:
    """facts.md C1."""
    before = told()["workspace"]
    assert (before.spf.result, before.dkim.domain, before.dmarc.result) == ("softfail", "gappssmtp.com", "fail")
    ready = "txt sailing.example = v=spf1 include:_spf.google.com -all\ntxt _spf.google.com = v=spf1 ip4:192.0.2.0/24 -all\n"
    after = told(
        ready + "txt google._domainkey.sailing.example = v=DKIM1; p=YWJj\nmx sailing.example = 1 smtp.google.com"
    )
    assert (after["workspace"].used, after["workspace"].dmarc.why) == (
        True,
        "DKIM aligns: sailing.example; SPF aligns: sailing.example",
    )


def test_others_that_the_spf_record_names_are_told() -> None:
    """With the selectors that they have published."""
    facts = (
        "txt sailing.example = v=spf1 include:spf.protection.outlook.com include:spf.strange.example -all\n"
        "txt spf.protection.outlook.com = v=spf1 ip4:192.0.2.0/24 -all\ntxt spf.strange.example = v=spf1 -all\n"
        "txt selector1._domainkey.sailing.example = v=DKIM1; p=YWJj\ntxt selector2._domainkey.sailing.example -"
    )
    found = told(facts)
    microsoft, strange = found["include:spf.protection.outlook.com"], found["include:spf.strange.example"]
    assert (microsoft.name, microsoft.spf.result, microsoft.dkim.result) == (
        "Microsoft 365, named in the SPF record",
        "pass",
        "pass",
    )
    assert (strange.dkim.result, strange.dmarc.result) == ("unknown", "pass")


def test_without_a_policy_each_recipient_does_as_it_likes() -> None:
    """RFC 9989: no record, no verdict."""
    way = told("txt _dmarc.sailing.example -")["ses-api"]
    assert (way.dmarc.result, way.dmarc.fate, way.spf.aligned) == ("none", "as each recipient likes", None)


def test_what_was_not_seen_is_unknown_and_never_a_failure() -> None:
    """In a world where nothing answers, no way fails."""
    nothing: Facts = {}
    found, _ = asyncio.run(gathered(Paper(nothing), lambda evidence: ways(prospects(), evidence), budget=5))
    assert {way.dmarc.result for way in found} == {"unknown"}


def test_hiding_the_identity_leaves_its_ways_open() -> None:
    """SES did not answer: neither blocked nor broken."""
    known: Facts = {
        **healthy(),
        **world.parse(QUIET).facts,
        SesIdentity("us-east-1", "sailing.example"): Unknown(reason="denied"),
    }
    found, _ = asyncio.run(gathered(Paper(known), lambda evidence: ways(prospects(), evidence), budget=5))
    way = next(one for one in found if one.id == "ses-api")
    assert (way.spf.result, way.dkim.why, way.dmarc.result, way.blocked) == ("unknown", "denied", "unknown", "")


def test_an_absent_mx_means_that_nobody_reads_at_google() -> None:
    """Used or not is told of what is seen."""
    assert told("mx sailing.example -")["workspace"].used is False
