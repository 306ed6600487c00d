"""What is concluded of the texts of a zone, over what its name servers give and over what a resolver remembers."""

from __future__ import annotations

from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.diagnosis.sight import Views, views
from mailstrata.formats import spf_tree
from mailstrata.model.facts import PublishedFacts, ServerAnswer
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Published, Question, Txt, ZoneOf

ZONE = "sailing.example"
APEX, OWN, FOREIGN = Txt(ZONE), Txt(f"_spf.{ZONE}"), Txt("services.example")
ONE, TWO = "ns1.dns.example", "ns2.dns.example"
Facts = dict[Question[Any], Observation[Any]]


def told(question: Txt, **servers: str | None) -> Facts:
    """What ns1 and ns2 give at ``question``: a text, ``None`` for none; ``"?"`` for no answer."""
    names = {"one": ONE, "two": TWO}
    answers = tuple(_answer(names[name], text) for name, text in servers.items())
    return {Published(ZONE, question.name, "TXT"): Seen(value=PublishedFacts(answers=answers))}


def _answer(server: str, text: str | None) -> ServerAnswer:
    if text == "?":
        return ServerAnswer(nameserver=server, failure="timed out")
    return (
        ServerAnswer(nameserver=server, values=(text,), ttl=300)
        if text
        else ServerAnswer(nameserver=server, how="NODATA")
    )


def remembered(question: Txt, text: str | None, ttl: int = 900) -> Facts:
    """What a resolver gives."""
    return {question: Seen(value=(text,), ttl=ttl) if text else Absent(how="NODATA", ttl=ttl)}


def looked(*facts: Facts, zone: Observation[str] | None = None) -> Views[str]:
    """The first text at the apex, over each view."""

    def read(seen: Evidence) -> str:
        there = seen[APEX]
        return there.value[0] if isinstance(there, Seen) else type(there).__name__

    known: Facts = {ZoneOf(ZONE): zone or Seen(value=ZONE)}
    for one in facts:
        known |= one
    return views(Evidence(known), APEX, ZONE, read)


def test_servers_that_say_the_same_are_one_view() -> None:
    """And where a resolver does as well, nothing is concluded twice."""
    found = looked(told(APEX, one="a", two="a"), remembered(APEX, "a"))
    assert [(view.value, view.servers, view.late) for view in found.published] == [("a", (ONE, TWO), "")]
    assert found.remembered == "a"


def test_a_resolver_that_remembers_another_is_told_with_its_time() -> None:
    """RFC 2308 5 for absence, RFC 1035 3.2.1 for records."""
    (view,) = looked(told(APEX, one="new"), remembered(APEX, "old", ttl=840)).published
    assert view.late == "a resolver still remembers the former record, for up to 14 minutes"
    (view,) = looked(told(APEX, one="new"), remembered(APEX, None, ttl=30)).published
    assert view.late == "a resolver still remembers that there is none, for up to 30 seconds"


def test_servers_that_disagree_are_views_of_their_own() -> None:
    """In the order of the delegation."""
    found = looked(told(APEX, one="a", two="b"), remembered(APEX, "b"))
    assert [(view.value, view.servers) for view in found.published] == [("a", (ONE,)), ("b", (TWO,))]


def test_a_server_that_is_silent_is_no_view() -> None:
    """It says nothing of the content; where all are silent a resolver is believed."""
    assert [view.servers for view in looked(told(APEX, one="?", two="b"), remembered(APEX, "b")).published] == [(TWO,)]
    assert looked(told(APEX, one="?", two="?"), remembered(APEX, "b")).published == ()
    assert looked(remembered(APEX, "b"), zone=Absent()).published == ()


@pytest.mark.parametrize(
    "facts", [{ZoneOf(ZONE): Unknown(reason="so")}, {Published(ZONE, ZONE, "TXT"): Unknown(reason="so")}]
)
def test_what_cannot_be_told_is_a_view_that_sees_nothing(facts: Facts) -> None:
    """The zone, or what it publishes; a resolver's answer stays beside it."""
    found = looked(remembered(APEX, "b"), facts)
    assert ([view.value for view in found.published], found.remembered) == (["Unknown"], "b")


def test_all_that_the_record_leads_to_within_the_zone_is_as_published() -> None:
    """An include of the zone's own is the servers', one of somebody else is a resolver's."""
    facts = {
        ZoneOf(ZONE): Seen(value=ZONE),
        **told(APEX, one=f"v=spf1 include:{OWN.name} include:{FOREIGN.name} -all"),
        **remembered(APEX, f"v=spf1 include:{OWN.name} include:{FOREIGN.name} -all"),
        **told(OWN, one="v=spf1 a -all"),
        **remembered(OWN, "v=spf1 -all", ttl=600),
        **remembered(FOREIGN, "v=spf1 mx -all"),
    }
    found = views(Evidence(facts), APEX, ZONE, lambda seen: _lookups(seen))
    (view,) = found.published
    assert (view.value, found.remembered) == (4, 3)
    assert view.late.endswith("10 minutes")


def test_an_include_that_servers_give_otherwise_parts_them() -> None:
    """Though they agree on the record that names it."""
    facts = {
        ZoneOf(ZONE): Seen(value=ZONE),
        **told(APEX, one=f"v=spf1 include:{OWN.name} -all", two=f"v=spf1 include:{OWN.name} -all"),
        **remembered(APEX, f"v=spf1 include:{OWN.name} -all"),
        **told(OWN, one="v=spf1 a -all", two="v=spf1 -all"),
        **remembered(OWN, "v=spf1 -all"),
    }
    found = views(Evidence(facts), APEX, ZONE, lambda seen: _lookups(seen))
    assert [(view.value, view.servers) for view in found.published] == [(2, (ONE,)), (1, (TWO,))]


def test_both_views_are_asked_for_together() -> None:
    """The zone with the record, then the servers with what the resolver's answer leads to: no round more for the views."""
    evidence = Evidence()
    with pytest.raises(NotYet) as first:
        views(evidence, APEX, ZONE, lambda seen: _lookups(seen))
    assert set(first.value.questions) == {ZoneOf(ZONE), APEX}
    evidence.add(ZoneOf(ZONE), Seen(value=ZONE))
    evidence.add(APEX, Seen(value=(f"v=spf1 include:{FOREIGN.name} -all",)))
    with pytest.raises(NotYet) as second:
        views(evidence, APEX, ZONE, lambda seen: _lookups(seen))
    assert set(second.value.questions) == {Published(ZONE, ZONE, "TXT"), FOREIGN}


def test_a_proof_is_what_the_servers_say() -> None:
    """With who says what."""
    found = looked(told(APEX, one="a", two="b"), remembered(APEX, "b"))
    proof = found.published[0].sight.proof(APEX)
    assert proof.question == f"published {ZONE} {ZONE} TXT"
    assert proof.quote == f"{ONE}: a; {TWO}: b"


def _lookups(seen: Evidence) -> int:
    tree = spf_tree.read(seen, ZONE)
    return tree.lookups if tree else 0
