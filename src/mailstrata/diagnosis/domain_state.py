"""A domain as it stands: the checks of the identity alone, in each region, and the records that it should publish.

    state = await examined(Setup(domain="sailing.example", region="us-east-1"), asker, at=now)
    state.verdict, [record.state for record in state.records]

No mail is traced: what a fault would do to the next mail decides its gravity. The records are read from what the checks saw,
so nothing is asked for their sake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from mailstrata.diagnosis import checks
from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.diagnosis.dmarc_facts import at
from mailstrata.diagnosis.engine import Progress
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.published_view import RecordSet, observation, published, telling
from mailstrata.formats import dmarc, ses_records, spf
from mailstrata.formats.dns_record import folded, question, values
from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.diagnosis import Diagnosis, Verdict
from mailstrata.model.finding import Record, Stratum
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import SesIdentity, ZoneOf
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass

IDENTITY = checks.of(Stratum.IDENTITY)
"""The checks that look at a domain's identity and its records."""
WORST = (Verdict.BROKEN, Verdict.DEGRADED, Verdict.UNDETERMINED, Verdict.HEALTHY)
"""Verdicts, the one that hurts most first."""


class RecordState(StrEnum):
    """What stands in the place of a wanted record."""

    PUBLISHED = "published"
    DIFFERS = "differs"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecord:
    """A record that should stand, with what stands there; ``found`` is empty where nothing does or nobody could tell."""

    purpose: str
    record: Record
    state: RecordState
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainState:
    """One domain in the regions in which it was looked at, a diagnosis each."""

    domain: str
    at: datetime
    diagnoses: tuple[Diagnosis, ...]
    records: tuple[WantedRecord, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the regions."""
        return min((one.verdict for one in self.diagnoses), key=WORST.index)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it was looked at."""
        return tuple(one.setup.region for one in self.diagnoses)


async def examined(
    setup: Setup,
    asker: Asker,
    *,
    at: datetime,
    budget: float = 20.0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> DomainState:
    """Look at the domain of ``setup`` in its region and its further ones; what is the same in all is asked once."""
    evidence = Evidence()
    found: list[Diagnosis] = []
    for region in dict.fromkeys((setup.region, *setup.regions)):
        case = open_case(replace(setup, region=region, regions=()), at=at)
        diagnosis, _ = await diagnose(case, asker, by=IDENTITY, evidence=evidence, budget=budget, progress=progress)
        found.append(diagnosis)
    return DomainState(
        domain=setup.domain, at=at, diagnoses=tuple(found), records=tuple(_records(setup, found, evidence))
    )


def _records(setup: Setup, diagnoses: list[Diagnosis], evidence: Evidence) -> Iterator[WantedRecord]:
    seen: set[tuple[str, str]] = set()
    for diagnosis in diagnoses:
        for purpose, record in _wanted(setup.domain, diagnosis.setup.region, evidence):
            if (record.name, record.type) not in seen:
                seen.add((record.name, record.type))
                yield _stands(purpose, record, _standing(evidence, setup.domain, question(record.name, record.type)))
    yield _policy(setup.domain, evidence)


def _wanted(domain: str, region: str, evidence: Evidence) -> Iterator[tuple[str, Record]]:
    question = SesIdentity(region, domain)
    if question not in evidence:
        return
    identity = evidence[question]
    if not isinstance(identity, Seen):
        return
    facts = identity.value
    for record in ses_records.dkim(domain, facts.dkim):
        yield "DKIM", record
    if facts.mail_from:
        exchanger, policy = ses_records.mail_from(facts.mail_from.domain, region)
        yield "MAIL FROM", exchanger
        yield "SPF of MAIL FROM", policy


def _standing(evidence: Evidence, domain: str, asked: RecordSet) -> tuple[Observation[Any], ...]:
    """What the zone's own name servers give, each answer once; where none tells, what a resolver does."""
    zone = evidence[ZoneOf(domain)] if ZoneOf(domain) in evidence else Absent()
    there = published(zone.value, asked) if isinstance(zone, Seen) else None
    answers = telling(evidence[there]) if there is not None and there in evidence else ()
    if not answers:
        return (evidence[asked] if asked in evidence else Unknown(reason="nobody asked"),)
    by_values = {frozenset(one.values): one for one in reversed(answers)}
    return tuple(observation(asked, one) for one in reversed(by_values.values()))


def _stands(purpose: str, record: Record, standing: tuple[Observation[Any], ...]) -> WantedRecord:
    """The state of the record; where name servers disagree, of the answer that is least right."""
    found = [_as_found(purpose, record, answer) for answer in standing]
    return max(found, key=lambda one: list(RecordState).index(one.state))


def _as_found(purpose: str, record: Record, answer: Observation[Any]) -> WantedRecord:
    if isinstance(answer, Unknown):
        return WantedRecord(purpose=purpose, record=record, state=RecordState.UNKNOWN)
    if isinstance(answer, Absent):
        return WantedRecord(purpose=purpose, record=record, state=RecordState.ABSENT)
    found = values(answer.value)
    state = RecordState.PUBLISHED if _is_right(record, found) else RecordState.DIFFERS
    if record.type == "TXT":
        found = tuple(text for text in found if spf.is_record(text))
        state = state if found else RecordState.ABSENT
    return WantedRecord(purpose=purpose, record=record, state=state, found=found)


def _policy(domain: str, evidence: Evidence) -> WantedRecord:
    """A DMARC record of any policy is as it should be, so the wanted one is what a domain begins with."""
    asked = at(domain)
    record = Record(name=asked.name, type="TXT", values=('"v=DMARC1; p=none"',))
    found = [_as_policy(record, answer) for answer in _standing(evidence, domain, asked)]
    return max(found, key=lambda one: list(RecordState).index(one.state))


def _as_policy(record: Record, answer: Observation[Any]) -> WantedRecord:
    if isinstance(answer, Unknown):
        return WantedRecord(purpose="DMARC", record=record, state=RecordState.UNKNOWN)
    texts = answer.value if isinstance(answer, Seen) else ()
    found = tuple(text for text in texts if dmarc.is_record(text))
    if not found:
        return WantedRecord(purpose="DMARC", record=record, state=RecordState.ABSENT)
    state = RecordState.PUBLISHED if len(found) == 1 else RecordState.DIFFERS
    return WantedRecord(purpose="DMARC", record=record, state=state, found=found)


def _is_right(record: Record, found: tuple[str, ...]) -> bool:
    if record.type != "TXT":
        return {folded(one) for one in found} == {folded(one) for one in record.values}
    own = [text for text in found if spf.is_record(text)]
    try:
        return len(own) == 1 and spf.includes(own[0], ses_records.SES)
    except spf.MalformedSpf:
        return own == [unquoted(value) for value in record.values]
