"""A domain as it stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.pages.page import AT, STANDARD_SETUP, toml_setup
from tests.paper import Facts, Paper, healthy

from mailstrata.diagnosis.domain_state import DomainState, RecordState, examined
from mailstrata.model.diagnosis import Verdict
from mailstrata.model.facts import PublishedFacts, ServerAnswer
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Cname, Mx, SesIdentity, Txt
from mailstrata.model.question import Published as PublishedRecords

SETUP = toml_setup(STANDARD_SETUP)
DKIM = next(question for question in healthy() if isinstance(question, Cname) and "._domainkey." in question.name)


def look(*regions: str, **_: object) -> tuple[DomainState, Paper]:
    """The healthy domain, in its region and further ones."""
    return seen({}, *regions)


def seen(changes: Facts, *regions: str) -> tuple[DomainState, Paper]:
    """A domain in a world in which some things are otherwise."""
    paper = Paper({**healthy(), **changes})
    return asyncio.run(examined(replace(SETUP, regions=regions), paper, at=AT)), paper


def published(question: Txt | Mx | Cname, *values: str, failure: str = "") -> Facts:
    """The zone's only name server gives ``values``, or nothing."""
    kind = type(question).__name__.upper()
    how = "" if values or failure else "NXDOMAIN"
    answer = ServerAnswer(nameserver="ns1.dns.example", values=values, how=how, failure=failure)
    return {PublishedRecords("sailing.example", question.name, kind): Seen(value=PublishedFacts(answers=(answer,)))}


def states(state: DomainState) -> dict[tuple[str, str], RecordState]:
    """Each wanted record by what it is for and its name."""
    return {(one.purpose, one.record.name): one.state for one in state.records}


def test_in_a_healthy_world_every_wanted_record_is_published() -> None:
    """DKIM, MAIL FROM with its SPF, DMARC."""
    state, _ = look()
    assert state.verdict is Verdict.HEALTHY
    assert set(states(state).values()) == {RecordState.PUBLISHED}
    assert {one.purpose for one in state.records} == {"DKIM", "MAIL FROM", "SPF of MAIL FROM", "DMARC"}


def test_what_stands_in_the_place_of_a_record_is_told() -> None:
    """Another target, nothing, or what nobody could see: three different things."""
    state, _ = seen(
        {
            **published(DKIM, "elsewhere.example"),
            **published(Txt("_dmarc.sailing.example")),
            **published(Mx("bounce.sailing.example"), failure="timed out"),
            Mx("bounce.sailing.example"): Unknown(reason="SERVFAIL"),
        }
    )
    told = states(state)
    assert told["DKIM", DKIM.name] is RecordState.DIFFERS
    assert [one.found for one in state.records if one.record.name == DKIM.name] == [("elsewhere.example",)]
    assert told["DMARC", "_dmarc.sailing.example"] is RecordState.ABSENT
    assert told["MAIL FROM", "bounce.sailing.example"] is RecordState.UNKNOWN


def test_a_text_that_is_no_spf_record_is_not_one_that_differs() -> None:
    """Texts of others may stand beside it."""
    state, _ = seen(published(Txt("bounce.sailing.example"), "google-site-verification=x"))
    assert states(state)["SPF of MAIL FROM", "bounce.sailing.example"] is RecordState.ABSENT


@pytest.mark.parametrize("question", [Txt("bounce.sailing.example"), Txt("_dmarc.sailing.example")])
def test_what_a_resolver_remembers_is_not_what_is_published(question: Txt) -> None:
    """The zone's own name servers have the record; where they cannot be asked, a resolver is believed."""
    purpose = "DMARC" if question.name.startswith("_dmarc.") else "SPF of MAIL FROM"
    stale: Facts = {question: Absent(how="NXDOMAIN", ttl=600)}
    assert states(seen(stale)[0])[purpose, question.name] is RecordState.PUBLISHED
    silent = published(question, failure="timed out")
    assert states(seen({**stale, **silent})[0])[purpose, question.name] is RecordState.ABSENT


@pytest.mark.parametrize("question", [Txt("bounce.sailing.example"), Txt("_dmarc.sailing.example")])
def test_a_record_that_one_name_server_lacks_is_not_published(question: Txt) -> None:
    """Some of the world does not find it."""
    purpose = "DMARC" if question.name.startswith("_dmarc.") else "SPF of MAIL FROM"
    told = healthy()[PublishedRecords("sailing.example", question.name, "TXT")]
    assert isinstance(told, Seen)
    answers = (told.value.answers[0], ServerAnswer(nameserver="ns2.dns.example", how="NXDOMAIN"))
    split: Facts = {
        PublishedRecords("sailing.example", question.name, "TXT"): Seen(value=PublishedFacts(answers=answers))
    }
    assert states(seen(split)[0])[purpose, question.name] is RecordState.ABSENT


def test_each_region_has_a_diagnosis_of_its_own_and_the_worst_counts() -> None:
    """An identity that is missing where it should be."""
    names = ("sailing.example", "admin@sailing.example")
    state, _ = seen({SesIdentity("eu-west-1", name): Absent() for name in names}, "eu-west-1")
    assert state.regions == ("us-east-1", "eu-west-1")
    assert [one.verdict for one in state.diagnoses] == [Verdict.HEALTHY, Verdict.BROKEN]
    assert state.verdict is Verdict.BROKEN


def test_nothing_is_asked_twice_for_a_second_region() -> None:
    """DNS is the same in all."""
    _, paper = look("eu-west-1")
    assert len(paper.asked) == len(set(paper.asked))


def test_in_a_world_where_nothing_can_be_seen_no_record_is_called_missing() -> None:
    """And the verdict is that nobody knows."""
    paper = Paper({})
    state = asyncio.run(examined(SETUP, paper, at=AT))
    assert state.verdict is Verdict.UNDETERMINED
    assert set(states(state).values()) == {RecordState.UNKNOWN}
