"""What an SPF record costs and reaches."""

from __future__ import annotations

from typing import Any

import pytest
from tests.paper_zone import Zone

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.formats.spf_tree import Node, foreign, read, shortest_ways
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Question, Txt

SES = "amazonses.com"


def tree(**records: str) -> Node:
    """The tree of a.example; ``b="…"`` is the record of b.example."""
    node = read(Zone({f"{name}.example": [{"TXT": text}] for name, text in records.items()}), "a.example")
    assert node is not None
    return node


def test_look_ups_are_counted_through_includes_and_redirects() -> None:
    """RFC 7208 4.6.4: include, a, mx, ptr, exists and redirect; ip4, ip6 and all cost nothing."""
    node = tree(
        a="v=spf1 ip4:192.0.2.1 a mx include:b.example redirect=c.example",
        b="v=spf1 exists:%{i}.b.example ptr -all",
        c="v=spf1 a -all",
    )
    assert (node.lookups, node.too_many) == (7, False)
    assert shortest_ways(node) == (("include:b.example", 3), ("redirect=c.example", 2))


def test_eleven_are_too_many() -> None:
    """Ten are not."""
    assert not tree(a="v=spf1 " + "a " * 10 + "-all").too_many
    assert tree(a="v=spf1 " + "a " * 11 + "-all").too_many


def test_a_record_that_comes_back_to_itself_is_named() -> None:
    """Every evaluation of it ends in permerror."""
    node = tree(a="v=spf1 include:b.example -all", b="v=spf1 include:a.example -all")
    assert [one.problem for one in node.nodes()] == ["", "its includes come back to a.example"]


def test_what_is_included_and_not_there_is_named() -> None:
    """RFC 7208 5.2: an include of nothing is a permerror."""
    assert [one.problem for one in tree(a="v=spf1 include:b.example -all").nodes()] == ["", "there is no SPF record"]


@pytest.mark.parametrize(
    ("records", "so"),
    [
        ({"a": "v=spf1 include:b.example -all", "b": "v=spf1 redirect=amazonses.com"}, True),
        ({"a": "v=spf1 ~include:amazonses.com -all"}, False),
        ({"a": "v=spf1 include:b.example -all", "b": "v=spf1 -all"}, False),
    ],
)
def test_a_domain_passes_when_every_step_to_it_says_pass(records: dict[str, str], so: bool) -> None:
    """However deep it stands."""
    assert tree(**records).lets_pass(SES) is so


def test_what_could_not_be_read_leaves_it_open() -> None:
    """Unknown, never no."""
    facts: dict[Question[Any], Observation[Any]] = {
        Txt("a.example"): Seen(value=("v=spf1 include:b.example -all",)),
        Txt("b.example"): Unknown(reason="late"),
    }
    node = read(Evidence(facts), "a.example")
    assert node is not None
    assert node.lets_pass(SES) == Unknown(reason="late")
    assert foreign(node, "a.example") == ("b.example",)


def test_no_record_is_no_tree() -> None:
    """And a name that depends on the mail is told, not followed."""
    assert read(Zone({}), "a.example") is None
    assert tree(a="v=spf1 include:%{l}.b.example -all").unseen == ("include:%{l}.b.example",)


def test_all_includes_of_a_record_are_wanted_together() -> None:
    """One round trip for each depth."""
    evidence = Evidence({Txt("a.example"): Seen(value=("v=spf1 include:b.example include:%{d}.c.example -all",))})
    with pytest.raises(NotYet) as wanted:
        read(evidence, "a.example")
    assert wanted.value.questions == (Txt("b.example"), Txt("a.example.c.example"))
