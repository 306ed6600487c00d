"""What comes of a fault that one view shows and another does not: repair, wait, or mend a server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import Place, weighed
from mailstrata.model.facts import PublishedFacts, ServerAnswer
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Record, Result, Stratum, Undetermined
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Published, Question, Txt, ZoneOf

ZONE = "sailing.example"
PLACE = Place(question=Txt(ZONE), domain=ZONE)
UNSEEN = Unknown(reason="SERVFAIL")
RECORD = Record(name=ZONE, type="TXT", values=('"good"',))


def judge(seen: Evidence) -> Iterator[Result]:
    """A text is good, or it is a fault with a fix that loses mail."""
    there = seen[Txt(ZONE)]
    if isinstance(there, Unknown):
        yield unsure("spf-malformed", Stratum.IDENTITY, ZONE, there)
    elif isinstance(there, Seen) and there.value == ("good",):
        yield Fine(code="spf-malformed", stratum=Stratum.IDENTITY, text="it is good")
    else:
        yield Finding(
            code="spf-malformed",
            stratum=Stratum.IDENTITY,
            gravity=Gravity.FAULT,
            confidence=Confidence.PROVEN,
            owner=Owner.YOU,
            subject=ZONE,
            title="it is bad",
            explains=("attempt-1",),
            stops=("attempt-1",),
            fixes=("publish-records",),
            records=(RECORD,),
        )


def said(remembered: Observation[Any], *answers: str, told: Observation[Any] | None = None) -> tuple[Result, ...]:
    """What comes of what a resolver and the name servers say."""
    servers = tuple(
        ServerAnswer(nameserver=f"ns{number}.dns.example", values=(text,)) for number, text in enumerate(answers, 1)
    )
    facts: dict[Question[Any], Observation[Any]] = {
        ZoneOf(ZONE): Seen(value=ZONE),
        Txt(ZONE): remembered,
        Published(ZONE, ZONE, "TXT"): told or Seen(value=PublishedFacts(answers=servers)),
    }
    return tuple(weighed(Evidence(facts), [(PLACE, judge)]))


GOOD, BAD = Seen(value=("good",), ttl=900), Seen(value=("bad",), ttl=900)


def the_finding(results: tuple[Result, ...]) -> Finding:
    """The one finding."""
    (found,) = (one for one in results if isinstance(one, Finding))
    return found


@pytest.mark.parametrize("answers", [("good", "good"), ()])
def test_what_is_right_in_all_views_is_fine(answers: tuple[str, ...]) -> None:
    """Or in the resolver's, where no server can be asked from here."""
    assert said(GOOD, *answers) == (Fine(code="spf-malformed", stratum=Stratum.IDENTITY, text="it is good"),)


@pytest.mark.parametrize("answers", [("bad", "bad"), ()])
def test_what_is_wrong_in_all_views_is_the_finding_as_it_is(answers: tuple[str, ...]) -> None:
    """With its fix and its records."""
    found = the_finding(said(BAD, *answers))
    assert (found.gravity, found.fixes, found.records) == (Gravity.FAULT, ("publish-records",), (RECORD,))
    assert found.because == ()


def test_what_only_a_resolver_remembers_runs_out() -> None:
    """No repair, no mail that will be lost, and the seconds to wait."""
    (found,) = said(BAD, "good", "good")
    assert isinstance(found, Finding)
    assert (found.gravity, found.owner, found.fixes) == (Gravity.NOTICE, Owner.NETWORK, ("wait-for-caches",))
    assert (found.explains, found.stops, found.records) == ((), (), ())
    assert "a resolver still remembers the former record, for up to 15 minutes" in found.because
    assert "runs out by itself" in found.title


def test_what_is_published_and_not_yet_remembered_is_coming() -> None:
    """The fault as it is, with when it begins."""
    found = the_finding(said(GOOD, "bad", "bad"))
    assert (found.gravity, found.fixes, found.stops) == (Gravity.FAULT, ("publish-records",), ("attempt-1",))
    late = "a resolver still remembers the former record, for up to 15 minutes"
    assert found.because == (f"it is published, and coming: {late}, which is without this fault",)


@pytest.mark.parametrize("remembered", [GOOD, BAD, UNSEEN])
def test_what_one_server_alone_publishes_is_that_servers(remembered: Observation[Any]) -> None:
    """Whatever a resolver has by chance: a warning that names it, and its repair is no record."""
    found = the_finding(said(remembered, "good", "bad"))
    assert (found.gravity, found.fixes, found.records) == (Gravity.WARNING, ("repair-nameserver",), ())
    assert found.title == "ns2.dns.example says so and other name servers do not: it is bad"
    assert found.because == ("it is right at ns1.dns.example",)
    assert found.stops == ()


def test_what_the_servers_publish_may_be_unknown() -> None:
    """A resolver's word is told as one, nothing is planned on it, and it is said that it is not all."""
    finding, open_ = said(BAD, told=UNSEEN)
    assert isinstance(finding, Finding)
    assert isinstance(open_, Undetermined)
    assert (finding.gravity, finding.confidence, finding.fixes) == (Gravity.NOTICE, Confidence.LIKELY, ())
    assert open_.reason == "what the zone's own name servers publish is not known: SERVFAIL"
    open_, fine = said(GOOD, told=UNSEEN)
    assert isinstance(open_, Undetermined)
    assert isinstance(fine, Fine)
    assert fine.text == "it is good, as a resolver has it"


def test_a_resolver_that_does_not_answer_does_not_hide_what_is_published() -> None:
    """The fault stands, what is right stands, and what is open is told."""
    assert the_finding(said(UNSEEN, "bad")).gravity is Gravity.FAULT
    assert [type(one) for one in said(UNSEEN, "bad")] == [Finding, Undetermined]
    assert [type(one) for one in said(UNSEEN, "good")] == [Undetermined, Fine]


def test_nothing_is_known_where_nothing_is_seen() -> None:
    """One entry, with a resolver's reason."""
    (open_,) = said(UNSEEN, told=Unknown(reason="no time"))
    assert isinstance(open_, Undetermined)
    assert open_.reason == "SERVFAIL"


def test_many_places_are_asked_for_together() -> None:
    """One round for the zones and resolvers of all of them."""
    other = Place(question=Txt("dock.example"), domain="dock.example")
    with pytest.raises(NotYet) as asked:
        tuple(weighed(Evidence(), [(PLACE, judge), (other, lambda seen: judge(seen) if seen[other.question] else ())]))
    assert set(asked.value.questions) == {ZoneOf(ZONE), Txt(ZONE), ZoneOf("dock.example"), Txt("dock.example")}
