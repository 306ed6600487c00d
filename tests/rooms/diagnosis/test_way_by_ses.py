"""What SES makes of a mail, by the identity in force."""

from __future__ import annotations

from tests.paper import Facts, healthy

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.way_by_ses import by_ses
from mailstrata.formats import world

EXTRA = "txt amazonses.com = v=spf1 ip4:199.255.192.0/22 -all\n"


def evidence(facts: str) -> Evidence:
    """The healthy world with ``facts`` in place of its own."""
    known: Facts = {**healthy(), **world.parse(EXTRA + facts).facts}
    return Evidence(known)


def test_a_region_of_its_own_has_a_return_path_of_its_own() -> None:
    """facts.md B4: REGION.amazonses.com, but for us-east-1."""
    facts = "identity eu-west-1 sailing.example = {}\nidentity eu-west-1 admin@sailing.example -"
    passage = by_ses(evidence(facts), "eu-west-1", "admin@sailing.example")
    assert passage.spf.domain == "eu-west-1.amazonses.com"


def test_an_address_alone_is_signed_as_amazonses_only() -> None:
    """Where the domain is no identity nobody can sign for it."""
    facts = "identity us-east-1 sailing.example -\nidentity us-east-1 admin@sailing.example = {}"
    passage = by_ses(evidence(facts), "us-east-1", "admin@sailing.example")
    assert (passage.blocked, passage.own, passage.dkim.domain) == ("", True, "amazonses.com")
