"""Which identity stands behind the mail of a domain."""

from __future__ import annotations

from tests.pages.page import STANDARD_SETUP, Section

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import all_vouched, halted, in_force, vouched
from mailstrata.formats import world
from mailstrata.model.names import parents
from mailstrata.model.observation import Absent, Seen, Unknown

CASE = Section(
    title="",
    code="test",
    setup=STANDARD_SETUP,
    attempts='{"id": "next-1", "sender": "Admin@sailing.example", "recipient": "ann@harbor.example", "via": "ses-api"}',
    world="",
    findings="",
    span=(0, 0),
).case()


def _evidence(text: str) -> Evidence:
    return Evidence(world.parse(text).facts)


def test_domains_above_of_two_labels_or_more_can_be_identities() -> None:
    """Nobody verifies a top-level domain."""
    assert parents("a.news.sailing.example") == ("news.sailing.example", "sailing.example")
    assert parents("sailing.example") == ()


def test_the_nearest_domain_identity_is_in_force() -> None:
    """facts.md B2: a domain covers what lies below it, the most specific one counts."""
    evidence = _evidence(
        "identity us-east-1 a.news.sailing.example -\n"
        "identity us-east-1 news.sailing.example = {}\n"
        "identity us-east-1 sailing.example = {}\n"
    )
    name, seen = in_force(evidence, "us-east-1", "a.news.sailing.example")
    assert name == "news.sailing.example"
    assert isinstance(seen, Seen)


def test_an_unseen_domain_above_leaves_it_open() -> None:
    """It may cover the name."""
    evidence = _evidence("identity us-east-1 news.sailing.example -\nidentity us-east-1 sailing.example ? denied")
    assert isinstance(in_force(evidence, "us-east-1", "news.sailing.example")[1], Unknown)
    absent = _evidence("identity us-east-1 news.sailing.example -\nidentity us-east-1 sailing.example -")
    assert isinstance(in_force(absent, "us-east-1", "news.sailing.example")[1], Absent)


def test_a_verified_address_vouches_for_itself() -> None:
    """An unverified one does not, and an unseen one is not known to."""
    good = vouched(CASE, _evidence("identity us-east-1 admin@sailing.example = {}"), "us-east-1")
    assert good == frozenset({"admin@sailing.example"})
    assert all_vouched(CASE, "us-east-1", good)
    assert halted(CASE, "us-east-1", good) == ()
    bad = vouched(CASE, _evidence('identity us-east-1 admin@sailing.example = {"verified": false}'), "us-east-1")
    assert bad == frozenset()
    assert not all_vouched(CASE, "us-east-1", bad)
    assert [send.id for send in halted(CASE, "us-east-1", bad)] == ["next-1"]
    assert isinstance(vouched(CASE, _evidence("identity us-east-1 admin@sailing.example ? x"), "us-east-1"), Unknown)
