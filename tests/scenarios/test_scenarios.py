"""Every shipped scenario: the diagnosis says what the scenario expects and nothing else, and its recording can be shared."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache

import pytest
from tests.scenarios.playing import examined, played, secrets

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.diagnose import Offline, diagnose
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import world
from mailstrata.lab.expected import differences
from mailstrata.lab.scenario_file import load, shipped
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.repair.plan import planned
from mailstrata.reports import document

STORIES = (
    "healthy",
    "two-faults",
    "wrong-derivation",
    "published-not-yet-seen",
    "spf-mended-not-yet-seen",
    "dmarc-mended-not-yet-seen",
    "dmarc-broken-not-yet-seen",
    "spf-at-one-nameserver",
    "spf-dead-lookups",
)
"""Scenarios that are no single code's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one scenario."""

    diagnosis: Diagnosis
    recording: str
    secrets: frozenset[str]


@lru_cache(maxsize=2)
def run(name: str) -> Run:
    """The scenario played and diagnosed once for the tests that follow each other (the fixture ``name`` groups them)."""
    return asyncio.run(_run(name))


async def _run(name: str) -> Run:
    async with played(name) as lab:
        diagnosis, evidence, case = await examined(lab)
        recording = world.render(dict(evidence.items()), case)
        return Run(diagnosis=diagnosis, recording=recording, secrets=secrets(lab.living))


@pytest.fixture(scope="module", params=shipped())
def name(request: pytest.FixtureRequest) -> str:
    """Each scenario in turn."""
    return str(request.param)


@pytest.mark.lab
def test_the_diagnosis_is_what_the_scenario_expects_and_nothing_else(name: str) -> None:
    """Verdict, findings with their roles, what is undetermined, and the cause of each attempt are as ``[expect]`` says."""
    expect = load(name)[-1].expect
    assert expect is not None
    assert differences(expect, run(name).diagnosis) == []


@pytest.mark.lab
def test_a_recording_replays_to_the_same_document(name: str) -> None:
    """Without the world, what was recorded gives the same JSON document byte for byte."""
    again = asyncio.run(_replayed(run(name).recording))
    assert document.render(again) == document.render(run(name).diagnosis)


@pytest.mark.lab
def test_neither_recording_nor_document_holds_a_secret(name: str) -> None:
    """No secret access key and nothing that any way of deriving makes of one is written down."""
    told = run(name).recording + document.render(run(name).diagnosis)
    assert len(run(name).secrets) > 1
    assert [secret for secret in run(name).secrets if secret in told] == []


@pytest.mark.lab
def test_a_fault_of_the_scenario_is_named_in_it(name: str) -> None:
    """The scenario of a code is a world in which that code is found."""
    codes = {finding.code for finding in run(name).diagnosis.findings}
    assert name in STORIES or name in codes


def test_each_code_has_a_scenario_of_its_name() -> None:
    """The shipped scenarios are the stories and one for each check."""
    assert set(shipped()) == {*STORIES, *(check.CODE for check in CHECKS)}


def test_each_scenario_says_what_it_expects() -> None:
    """A scenario that is not compared with anything shows nothing."""
    assert [name for name in shipped() if load(name)[-1].expect is None] == []


def test_each_scenario_tells_its_story() -> None:
    """A title of one line, and a few plain sentences."""
    told = {name: load(name)[-1] for name in shipped()}
    assert [name for name, one in told.items() if "\n" in one.title or len(one.title) > 80 or not one.story] == []


async def _replayed(recording: str) -> Diagnosis:
    read = world.parse(recording)
    assert read.case is not None
    found, _ = await diagnose(read.case, Offline(), evidence=Evidence(read.facts))
    return planned(found)
