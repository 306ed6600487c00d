"""From an account to a setup: what leaves no choice is taken, what leaves one is asked."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.discovery import Told, home, notes, setup
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import IdentityFacts, MailFromFacts
from mailstrata.model.inventory import FoundIdentity, FoundRuleSet, Inventory


def found(name: str, region: str, *, kind: str = "DOMAIN", verified: bool = True) -> FoundIdentity:
    """An identity as its region lists it."""
    return FoundIdentity(name=name, region=region, kind=kind, verified=verified)


def account(
    *identities: FoundIdentity,
    zones: tuple[str, ...] | None = (),
    rules: tuple[FoundRuleSet, ...] = (),
    unseen: str = "",
) -> Inventory:
    """What an account holds."""
    return Inventory(identities=identities, zones=zones, rule_sets=rules, unseen=(unseen,) if unseen else ())


SAILING = found("sailing.example", "us-east-1")


def test_an_account_with_one_domain_in_one_region_leaves_no_choice() -> None:
    """Addresses are identities and no domains."""
    here = account(found("ann@dock.example", "eu-west-1", kind="EMAIL_ADDRESS"), SAILING)
    assert home(here, Told()) == ("sailing.example", "us-east-1")


def test_a_verified_region_goes_before_one_that_is_not() -> None:
    """The other one is looked in as well."""
    here = account(found("sailing.example", "eu-west-1", verified=False), SAILING)
    made = setup(here, Told(), None)
    assert (made.region, made.regions) == ("us-east-1", ("eu-west-1",))


def test_several_domains_are_named_and_none_is_chosen() -> None:
    """The operator is asked."""
    with pytest.raises(Refusal, match=r"2 domains: sailing.example, dock.example") as refused:
        home(account(SAILING, found("dock.example", "us-east-1")), Told())
    assert refused.value.hint == "say which with --domain NAME"


def test_the_region_that_was_said_narrows_the_choice_of_domain() -> None:
    """Of two domains the one that is there."""
    here = account(SAILING, found("dock.example", "eu-west-1"))
    assert home(here, Told(region="eu-west-1")) == ("dock.example", "eu-west-1")


def test_the_domain_of_the_aliases_is_meant() -> None:
    """Where they agree."""
    here = account(SAILING, found("dock.example", "eu-west-1"))
    assert home(here, Told(aliases=("a@dock.example", "b@dock.example"))) == ("dock.example", "eu-west-1")


def test_two_verified_regions_are_named_and_none_is_chosen() -> None:
    """A password of one is refused in the other, so a guess would be a fault."""
    with pytest.raises(Refusal, match="several regions: us-east-1, eu-west-1") as refused:
        home(account(SAILING, found("sailing.example", "eu-west-1")), Told())
    assert refused.value.hint == "say which sends with --region REGION"


def test_an_account_that_could_not_be_seen_is_not_called_empty() -> None:
    """The refusal says what was not seen."""
    with pytest.raises(Refusal, match="not seen: no credentials"):
        home(account(unseen="no credentials"), Told())


def test_what_the_operator_says_needs_no_account() -> None:
    """Domain and region are enough."""
    made = setup(account(unseen="no credentials"), Told(domain="sailing.example", region="us-east-1"), None)
    assert (made.domain, made.region, made.mail_from, made.regions) == ("sailing.example", "us-east-1", None, ())


def test_the_mail_from_domain_and_the_aliases_are_taken_over() -> None:
    """An alias stands at the endpoint of the region."""
    identity = IdentityFacts(mail_from=MailFromFacts(domain="bounce.sailing.example"))
    made = setup(account(SAILING), Told(aliases=("admin@sailing.example",)), identity)
    assert made.mail_from == "bounce.sailing.example"
    assert [(one.address, one.host) for one in made.aliases] == [
        ("admin@sailing.example", "email-smtp.us-east-1.amazonaws.com")
    ]


def test_the_notes_say_what_else_the_reader_of_the_file_should_know() -> None:
    """Identities, an address that goes before its domain, the zone, the rules for mail that comes in, and the gaps."""
    rules = FoundRuleSet(name="inbound", region="us-east-1", recipients=("sailing.example",), catches_all=False)
    address = found("admin@sailing.example", "us-east-1", kind="EMAIL_ADDRESS")
    here = account(
        SAILING, address, zones=("example", "sailing.example"), rules=(rules,), unseen="eu-west-1: throttled"
    )
    assert list(notes(here, setup(here, Told(), None))) == [
        "SES in us-east-1 has sailing.example, verified",
        "SES in us-east-1 has the address admin@sailing.example too, verified: its settings go before the domain's",
        "Route 53 holds the zone sailing.example: records can be published by mailstrata",
        "the active receipt rule set of us-east-1, inbound, takes mail for sailing.example",
        "not seen: eu-west-1: throttled",
    ]


def test_zones_that_could_not_be_listed_are_not_called_absent() -> None:
    """Not seen is not absent."""
    here = account(SAILING, zones=None, unseen="route53: not allowed")
    said = list(notes(here, setup(here, Told(), None)))
    assert "whether Route 53 of this account holds a zone of sailing.example could not be seen" in said
    assert not any("holds no zone" in one for one in said)


def test_a_rule_without_recipients_takes_everything() -> None:
    """SES's rule without a recipient condition is a catch-all (facts.md B9)."""
    rules = FoundRuleSet(name="inbound", region="us-east-1", recipients=(), catches_all=True)
    here = account(SAILING, rules=(rules,))
    said = list(notes(here, setup(here, Told(), None)))
    assert "the active receipt rule set of us-east-1, inbound, takes mail for every verified domain" in said
    assert "Route 53 of this account holds no zone of sailing.example: records are published where its DNS is" in said
