"""Two views of a record set: the zone's own servers decide, and what resolvers remember is told with its time."""

from __future__ import annotations

from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.diagnosis.published_view import RecordSet, View, held_back, look, want
from mailstrata.model.facts import MxHost, PublishedFacts, ServerAnswer
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, Mx, Published, Question, Txt, ZoneOf

ZONE = "sailing.example"
NAME = f"_dmarc.{ZONE}"
GOOD = ("v=DMARC1; p=none",)
HAS = ServerAnswer(nameserver="ns1.dns.example", values=GOOD)
LACKS = ServerAnswer(nameserver="ns2.dns.example", how="NXDOMAIN")
SILENT = ServerAnswer(nameserver="ns3.dns.example", failure="timed out")
ALIAS = ServerAnswer(nameserver="ns4.dns.example", alias="elsewhere.example")


def wrong(seen: Observation[Any]) -> str | Unknown:
    """Whether it is the record that is wanted."""
    if isinstance(seen, Unknown):
        return seen
    return "" if isinstance(seen, Seen) and seen.value == GOOD else "it is not there"


def viewed(remembered: Observation[Any], *answers: ServerAnswer, told: Observation[Any] | None = None) -> View:
    """The view of a world in which the resolver says ``remembered`` and the servers ``answers``."""
    facts: dict[Question[Any], Observation[Any]] = {
        ZoneOf(ZONE): Seen(value=ZONE),
        Txt(NAME): remembered,
        Published(ZONE, NAME, "TXT"): told or Seen(value=PublishedFacts(answers=answers)),
    }
    return look(Evidence(facts), ZONE, Txt(NAME), wrong)


THERE, GONE = Seen(value=GOOD), Absent(how="NXDOMAIN", ttl=840)


LATE = "a resolver still remembers that there is none, for up to 14 minutes"
VIEWS = [
    (THERE, (HAS,), ("", "", ())),
    (GONE, (HAS,), ("", LATE, ())),
    (THERE, (HAS, LACKS), ("", "", ("ns2.dns.example",))),
    (THERE, (LACKS,), ("it is not there", "", ())),
    (GONE, (LACKS, SILENT), ("it is not there", "", ())),
    (GONE, (SILENT,), ("it is not there", "", ())),
    (THERE, (SILENT,), ("", "", ())),
    (THERE, (ALIAS,), ("", "", ())),
    (GONE, (), ("it is not there", "", ())),
]


@pytest.mark.parametrize(("remembered", "answers", "said"), VIEWS)
def test_the_zones_own_servers_decide(
    remembered: Observation[Any], answers: tuple[ServerAnswer, ...], said: tuple[str, str, tuple[str, ...]]
) -> None:
    """Where one has it, it is published; where none tells, a resolver is believed."""
    view = viewed(remembered, *answers)
    assert (view.trouble, view.waiting, view.lacking) == said
    assert view.unknown is None


def test_what_is_unseen_on_either_side_is_unknown() -> None:
    """A time-out of the resolver, a delegation that cannot be read, a zone that cannot be told."""
    unseen = Unknown(reason="timed out")
    assert viewed(unseen, HAS).unknown is unseen
    assert viewed(THERE, told=unseen).unknown is unseen
    known: dict[Question[Any], Observation[Any]] = {ZoneOf(ZONE): unseen, Txt(NAME): THERE}
    assert look(Evidence(known), ZONE, Txt(NAME), wrong).unknown is unseen


def test_answers_of_servers_have_the_form_of_a_resolvers() -> None:
    """Hosts with their preference, a target, texts."""
    told: dict[RecordSet, tuple[str, Any]] = {
        Mx(ZONE): ("10 mx.sailing.example", (MxHost(preference=10, host="mx.sailing.example"),)),
        Cname(ZONE): ("to.sailing.example", "to.sailing.example"),
    }
    for question, (written, value) in told.items():
        kind = "MX" if isinstance(question, Mx) else "CNAME"
        answer = ServerAnswer(nameserver="ns1.dns.example", values=(written,))
        facts: dict[Question[Any], Observation[Any]] = {
            ZoneOf(ZONE): Seen(value=ZONE),
            question: Absent(),
            Published(ZONE, ZONE, kind): Seen(value=PublishedFacts(answers=(answer,))),
        }
        view = look(Evidence(facts), ZONE, question, lambda seen: "" if isinstance(seen, Seen) else "not there")
        assert isinstance(view.seen, Seen)
        assert view.seen.value == value


@pytest.mark.parametrize(
    ("remembered", "words"),
    [
        (Absent(ttl=30), "that there is none, for up to 30 seconds"),
        (Absent(ttl=61), "that there is none, for up to 2 minutes"),
        (Absent(ttl=0), "that there is none, for up to 1 seconds"),
        (Seen(value="x", ttl=60), "the former record, for up to 1 minute"),
        (Seen(value="x", ttl=86400), "the former record, for up to 24 hours"),
        (Absent(), "still remembers that there is none"),
    ],
)
def test_the_time_to_wait_is_told(remembered: Observation[Any], words: str) -> None:
    """RFC 2308 5: a negative answer has its own time."""
    assert held_back(remembered).endswith(words)


def test_both_views_of_all_names_are_asked_for_together() -> None:
    """First the zone and the resolver, then all of the zone's servers: two rounds however many names."""
    names = (Cname(f"aaaa.{ZONE}"), Cname(f"bbbb.{ZONE}"))
    evidence = Evidence()
    with pytest.raises(NotYet) as first:
        want(evidence, ZONE, *names)
    assert first.value.questions == (ZoneOf(ZONE), *names)
    for question in first.value.questions:
        evidence.add(question, Seen(value=ZONE) if isinstance(question, ZoneOf) else Absent())
    with pytest.raises(NotYet) as second:
        want(evidence, ZONE, *names)
    assert second.value.questions == tuple(Published(ZONE, name.name, "CNAME") for name in names)
