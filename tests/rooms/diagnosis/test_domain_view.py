"""What a domain looks like beside its records and faults."""

from __future__ import annotations

import asyncio

import pytest
from tests.paper import Facts, Paper, healthy, prospects

from mailstrata.diagnosis.domain_view import DomainView, Place, domain_view, places
from mailstrata.diagnosis.gathering import gathered
from mailstrata.formats import world
from mailstrata.model.inventory import ADDRESS, FoundIdentity, Inventory

HOME = Place(region="us-east-1", name="sailing.example")
AWAY = Place(region="eu-west-1", name="sailing.example")


def state(facts: str) -> DomainView:
    """Of sailing.example, in two regions."""
    known: Facts = {**healthy(), **world.parse(facts).facts}
    found, _ = asyncio.run(
        gathered(Paper(known), lambda evidence: domain_view(prospects(), (HOME, AWAY), evidence), budget=5)
    )
    return found


def test_each_place_is_an_identity_none_or_not_known() -> None:
    """Three values, never two."""
    found = state("identity eu-west-1 sailing.example -")
    assert [(one.facts is not None, one.unknown) for one in found.identities] == [(True, None), (False, None)]
    assert state("identity eu-west-1 sailing.example ? denied").identities[1].unknown is not None


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("mx sailing.example = 1 smtp.google.com", "1 smtp.google.com (Google)"),
        ("mx sailing.example = 10 mx.harbor.example", "10 mx.harbor.example"),
        ("mx sailing.example = 0 .", "no mail: a null MX is published (RFC 7505)"),
        ("mx sailing.example -", "no mail: there is no MX record"),
        ("mx sailing.example ? late", "not known: late"),
    ],
)
def test_where_its_mail_goes_is_said_in_words(facts: str, said: str) -> None:
    """By MX, and whose servers those are."""
    assert state(facts).receives == said


def test_what_the_spf_record_costs_is_counted() -> None:
    """RFC 7208 4.6.4; nothing where there is no record."""
    assert state("txt amazonses.com = v=spf1 -all").lookups == 1
    assert state("txt sailing.example -").lookups is None


def test_all_that_the_account_holds_of_the_domain_is_looked_at() -> None:
    """The regions in use first, then what was found; other domains are not."""
    held = (
        FoundIdentity(name="sailing.example", region="us-east-1", kind="DOMAIN", verified=True),
        FoundIdentity(name="Admin@sailing.example", region="us-east-1", kind=ADDRESS, verified=True),
        FoundIdentity(name="news.sailing.example", region="eu-west-1", kind="DOMAIN", verified=True),
        FoundIdentity(name="dock.example", region="us-east-1", kind="DOMAIN", verified=True),
    )
    found = places(prospects(), Inventory(identities=held, zones=(), rule_sets=(), unseen=()))
    assert [(one.region, one.name) for one in found] == [
        ("us-east-1", "sailing.example"),
        ("us-east-1", "Admin@sailing.example"),
        ("eu-west-1", "news.sailing.example"),
    ]
