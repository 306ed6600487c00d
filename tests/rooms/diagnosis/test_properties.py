"""What holds for all checks together, whatever the world: the properties of the foundation."""

from __future__ import annotations

import asyncio
import dataclasses
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.pages.page import AT, STANDARD_SETUP, Section, check_of, judge, toml_setup
from tests.paper import Paper, Shuffled, healthy, pages

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.diagnosis.engine import Check
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.diagnosis import Diagnosis, Verdict
from mailstrata.model.finding import Finding, Fine, Gravity, Result, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question

HIDDEN = Unknown(reason="hidden by the test")
ADDRESSES = ("success@simulator.amazonses.com", "ann@harbor.example", "Peter@dock.example")
BOUNDED = settings(max_examples=80, deadline=None, derandomize=True)


def _diagnosed(case: Case, asker: Paper) -> Diagnosis:
    return asyncio.run(diagnose(case, asker))[0]


def _found(results: tuple[Result, ...]) -> set[tuple[str, str]]:
    return {(one.code, one.subject) for one in results if isinstance(one, Finding)}


def _fine(results: tuple[Result, ...]) -> set[str]:
    return {one.text for one in results if isinstance(one, Fine)}


@st.composite
def _silent_cases(draw: st.DrawFn) -> Case:
    """A case that holds no answer of any server: sends that nobody heard of again, and sends to come."""
    sends = draw(
        st.lists(
            st.builds(
                Attempt,
                id=st.just("attempt"),
                sender=st.sampled_from(("admin@sailing.example", "list@news.sailing.example")),
                recipient=st.sampled_from(ADDRESSES),
                via=st.sampled_from(Via),
                message_id=st.sampled_from((None, "0100-aa")),
                at=st.sampled_from((None, AT)),
            ),
            max_size=4,
        )
    )
    named = [dataclasses.replace(send, id=f"attempt-{number}") for number, send in enumerate(sends)]
    cut = draw(st.integers(0, len(named)))
    setup = toml_setup(STANDARD_SETUP)
    return Case(setup=setup, attempts=tuple(named[:cut]), prospects=tuple(named[cut:]), at=AT)


@BOUNDED
@given(_silent_cases())
def test_in_a_world_where_nothing_can_be_seen_nobody_finds_fault(case: Case) -> None:
    """Blindness is undetermined: no finding, and never "healthy"."""
    diagnosis = _diagnosed(case, Paper({}))
    assert diagnosis.findings == ()
    assert diagnosis.verdict is Verdict.UNDETERMINED
    assert diagnosis.undetermined


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.CODE)
def test_what_a_check_says_of_a_world_it_cannot_see_is_so_when_it_sees(check: Check) -> None:
    """The setup and the answers in a bounce may prove something alone; then the world does not take it back."""
    for section in (one for one in pages() if one.code == check.CODE):
        blind, seeing = judge(check, section.case(), {}), judge(check, section.case(), section.facts())
        assert _found(blind) <= _found(seeing)
        assert _fine(blind) <= _fine(seeing)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.sampled_from(pages()), st.integers(0, 2**12 - 1))
def test_removing_evidence_never_adds_a_finding(section: Section, mask: int) -> None:
    """Any of a world's facts hidden: findings can only go, and what goes leaves an Undetermined of its code."""
    check, case, facts = check_of(section.code), section.case(), section.facts()
    hidden = {
        question: HIDDEN if mask >> (place % 12) & 1 else fact for place, (question, fact) in enumerate(facts.items())
    }
    before, results = _found(judge(check, case, facts)), judge(check, case, hidden)
    assert _found(results) <= before
    if before - _found(results):
        assert any(isinstance(one, Undetermined) and one.code == section.code for one in results)


@BOUNDED
@given(st.sampled_from(pages()), st.integers())
def test_the_order_of_answers_does_not_matter(section: Section, seed: int) -> None:
    """Whoever answers first, the diagnosis is the same."""
    case, facts = section.case(), {**healthy(), **section.facts()}
    assert _diagnosed(case, Shuffled(facts, Random(seed))) == _diagnosed(case, Paper(facts))  # noqa: S311 - not for secrets


@st.deferred
def _losing() -> st.SearchStrategy[Section]:
    """The pages on which a fault explains a failed attempt, over the standard setup."""
    return st.sampled_from([section for section in pages() if not section.setup and _faults(section)])


def _faults(section: Section) -> tuple[Finding, ...]:
    said = judge(check_of(section.code), section.case(), section.facts())
    return tuple(one for one in said if isinstance(one, Finding) and one.gravity is Gravity.FAULT and one.explains)


def _renamed(sends: tuple[Attempt, ...], prefix: str) -> tuple[Attempt, ...]:
    return tuple(dataclasses.replace(send, id=f"{prefix}{send.id}") for send in sends)


def _joined(first: Section, second: Section) -> tuple[Case, dict[Question[Any], Observation[Any]]] | None:
    """Both worlds in one; ``None`` when they contradict each other."""
    mine, other = dict(first.facts()), dict(second.facts())
    if any(mine[question] != other[question] for question in mine.keys() & other.keys()):
        return None
    one, two = first.case(), second.case()
    return (
        dataclasses.replace(
            one,
            attempts=_renamed(one.attempts, "a-") + _renamed(two.attempts, "b-"),
            prospects=_renamed(one.prospects, "a-") + _renamed(two.prospects, "b-"),
        ),
        {**mine, **other},
    )


@settings(max_examples=120, deadline=None, derandomize=True)
@given(_losing, _losing)
def test_independent_faults_never_merge(first: Section, second: Section) -> None:
    """Two faults of different strata stay two, and each mail that one of them lost has exactly one cause.

    A fault that names the other as its mechanism or its cause is not independent of it.
    """
    assume(check_of(first.code).STRATUM is not check_of(second.code).STRATUM)
    joined = _joined(first, second)
    assume(joined is not None)
    assert joined is not None
    case, facts = joined
    both = [one for code in (first.code, second.code) for one in judge(check_of(code), case, facts)]
    faults = [one for one in both if isinstance(one, Finding) and one.gravity is Gravity.FAULT]
    assume({one.code for one in faults} == {first.code, second.code})
    assume(not {code for one in faults for code in (*one.mechanisms, one.caused_by)} & {first.code, second.code})
    diagnosis = _diagnosed(case, Paper(facts))
    assert {first.code, second.code} <= {one.code for one in diagnosis.findings}
    lost = {name for one in faults for name in one.explains}
    for entry in diagnosis.attempts:
        if entry.attempt.id in lost and not entry.attempt.delivered:
            assert entry.cause is not None
            strangers = {one.code for one in faults if entry.attempt.id not in one.explains}
            owners = {one.code for one in faults if entry.attempt.id in one.explains}
            assert entry.cause not in strangers - owners
    names = [(one.code, one.subject) for one in diagnosis.findings]
    assert len(set(names)) == len(names)


@BOUNDED
@given(st.sampled_from(pages()))
def test_every_failed_attempt_has_a_cause_or_an_entry_that_says_what_is_missing(section: Section) -> None:
    """Nothing that was lost is passed over in silence."""
    diagnosis = _diagnosed(section.case(), Paper(section.facts()))
    missing = {one.subject.partition(":")[0] for one in diagnosis.undetermined if one.code == "attempt-unattributed"}
    for entry in diagnosis.attempts:
        settled = entry.cause is not None or entry.attempt.outcome is Outcome.DELIVERED
        assert settled != (entry.attempt.id in missing)
