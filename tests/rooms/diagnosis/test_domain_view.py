"""What a domain looks like beside its records and faults."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.paper import Facts, Paper, healthy, prospects

from mailstrata.diagnosis.domain_view import DomainView, Place, domain_view, places
from mailstrata.diagnosis.gathering import gathered
from mailstrata.diagnosis.way import Way
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


def published(*texts: str, also: str = "") -> str:
    """What the zone's name servers give at the domain; ``also``: what the second of them gives."""
    first = {"values": list(texts)} if texts else {"how": "NODATA"}
    answers = [{"nameserver": "ns1.dns.example", **first}]
    answers += [{"nameserver": "ns2.dns.example", "values": [also]}] if also else []
    google = "txt _spf.google.com = v=spf1 ip4:192.0.2.77 -all\n"
    return f"{google}published sailing.example sailing.example TXT = {json.dumps({'answers': answers})}"


def workspace(ways: tuple[Way, ...]) -> str:
    """What SPF says of a mailbox at Google."""
    return next(way.spf.result for way in ways if way.id == "workspace")


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
    assert state(f"txt sailing.example -\n{published()}").lookups is None


def test_the_paths_are_those_of_the_published_records() -> None:
    """Whoever remembers the former ones finds something else, for a time that is told."""
    former = 'txt sailing.example = v=spf1 -all\n    {"ttl": 600}\n'
    found = state(f"{former}mx sailing.example = 1 smtp.google.com\n{published('v=spf1 include:_spf.google.com -all')}")
    (other,) = found.otherwise
    assert (other.by, other.why) == (
        "resolver",
        "a resolver still remembers the former record, for up to 10 minutes",
    )
    assert [workspace(ways) for ways in (found.ways, other.ways)] == ["pass", "fail"]


def test_a_name_server_that_answers_otherwise_has_paths_of_its_own() -> None:
    """And it is named; a resolver that asked it is no third."""
    answers = published("v=spf1 include:_spf.google.com -all", also="v=spf1 -all")
    found = state(f"txt sailing.example = v=spf1 -all\n{answers}")
    (other,) = found.otherwise
    assert (other.by, other.why) == ("name-server", "ns2.dns.example answers otherwise")
    assert [workspace(ways) for ways in (found.ways, other.ways)] == ["pass", "fail"]


@pytest.mark.parametrize(
    "answer", ["? no time", '= {"answers": [{"nameserver": "ns1.dns.example", "failure": "timed out"}]}']
)
def test_where_the_name_servers_cannot_be_heard_a_resolver_is_believed(answer: str) -> None:
    """A path is told all the same."""
    found = state(f"txt sailing.example = v=spf1 -all\npublished sailing.example sailing.example TXT {answer}")
    assert (workspace(found.ways), found.otherwise, found.lookups) == ("fail", (), 0)


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
