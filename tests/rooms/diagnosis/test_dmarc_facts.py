"""The walk up the tree: whose policy holds, and to which organisation a name belongs."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.dmarc_facts import Policy, at, organisation, policy, spoiled, walk
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.observation import Absent, Seen, Unknown


def _evidence(**records: str) -> Evidence:
    """Names with ``_`` for the dot and their record; ``-`` is absent, ``?`` unknown."""
    known = Evidence()
    for name, text in records.items():
        question = at(name.replace("_", "."))
        if text in "-?":
            known.add(question, Absent(how="NXDOMAIN") if text == "-" else Unknown(reason="SERVFAIL"))
        else:
            known.add(question, Seen(value=(text,)))
    return known


def test_the_walk_asks_the_name_and_those_above_it() -> None:
    """RFC 9989 4.10: one label less each time, but names of one label are no one's own."""
    assert walk("a.b.sailing.example") == ("a.b.sailing.example", "b.sailing.example", "sailing.example")
    assert walk("sailing.example") == ("sailing.example",)


def test_a_long_name_jumps_to_seven_labels() -> None:
    """RFC 9989 4.10: no more than eight questions, however long the name."""
    name = "a.b.c.d.e.f.g.h.i.sailing.example"
    assert walk(name)[:2] == (name, "e.f.g.h.i.sailing.example")
    assert len(walk(name)) == 7


def test_the_own_record_holds_and_nothing_above_is_asked() -> None:
    """A domain with a record needs no walk."""
    rule = policy(_evidence(news_sailing_example="v=DMARC1; p=none"), "news.sailing.example")
    assert isinstance(rule, Policy)
    assert (rule.asks, rule.own, rule.domain) == ("none", True, "news.sailing.example")


def test_a_subdomain_inherits_what_is_said_for_subdomains() -> None:
    """Sp of the organisation's record holds."""
    evidence = _evidence(news_sailing_example="-", sailing_example="v=DMARC1; p=none; sp=reject")
    rule = policy(evidence, "news.sailing.example")
    assert isinstance(rule, Policy)
    assert (rule.asks, rule.domain) == ("reject", "sailing.example")


def test_nobody_has_a_record() -> None:
    """Then there is no policy."""
    assert policy(_evidence(news_sailing_example="-", sailing_example="-"), "news.sailing.example") is None


@pytest.mark.parametrize(
    ("near", "far", "owner"),
    [
        ("-", "v=DMARC1; p=none", "sailing.example"),
        ("v=DMARC1; p=none", "v=DMARC1; p=none", "sailing.example"),
        ("v=DMARC1; p=none", "-", "news.sailing.example"),
        ("v=DMARC1; p=none; psd=n", "v=DMARC1; p=none", "news.sailing.example"),
        ("-", "v=DMARC1; p=none; psd=y", "news.sailing.example"),
        ("-", "-", "news.sailing.example"),
    ],
)
def test_the_organisation_is_drawn_by_records_and_psd(near: str, far: str, owner: str) -> None:
    """RFC 9989 4.10.2: psd=n is the border itself, psd=y lies just above it, else the highest record."""
    assert organisation(_evidence(news_sailing_example=near, sailing_example=far), "news.sailing.example") == owner


def test_what_cannot_be_seen_is_unknown() -> None:
    """A SERVFAIL never becomes an absent policy."""
    assert isinstance(policy(_evidence(sailing_example="?"), "sailing.example"), Unknown)


@pytest.mark.parametrize("texts", [("v=DMARC1; p=refuse",), ("v=DMARC1; p=none", "v=DMARC1; p=reject")])
def test_what_recipients_discard_is_no_policy_and_not_nothing(texts: tuple[str, ...]) -> None:
    """RFC 9989 4.10: several records, or one that cannot be read; the name is spoiled rather than bare."""
    evidence = Evidence({at("sailing.example"): Seen(value=texts)})
    assert policy(evidence, "sailing.example") is None
    assert spoiled(evidence, "sailing.example")


@pytest.mark.parametrize("text", ["-", "v=DMARC1; p=none", "v=spf1 -all"])
def test_a_name_without_broken_records_is_not_spoiled(text: str) -> None:
    """None, a good one, and a text of another kind."""
    assert not spoiled(_evidence(sailing_example=text), "sailing.example")


def test_the_names_above_are_asked_together() -> None:
    """One round trip for the whole walk."""
    with pytest.raises(NotYet) as caught:
        policy(_evidence(a_b_sailing_example="-"), "a.b.sailing.example")
    assert set(caught.value.questions) == {at("b.sailing.example"), at("sailing.example")}
