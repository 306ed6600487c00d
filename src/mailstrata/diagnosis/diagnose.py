"""A diagnosis from beginning to end: gather, judge, attribute.

    diagnosis, evidence = await diagnose(case, asker)

The evidence is what ``--save`` writes; over an `Offline` asker it gives the same diagnosis byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from mailstrata.diagnosis import alternatives, checks, strata
from mailstrata.diagnosis.attribution import attribute
from mailstrata.diagnosis.engine import Check, Engine, Progress
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.letters import letters
from mailstrata.diagnosis.outcome import settle
from mailstrata.model.attempt import Case
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.model.finding import Finding, Result, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import Question

_SECONDS = 5.0
"""How long each question about the other ways may take, behind the checks."""


class Offline:
    """An asker that asks nobody: whatever is not in the evidence stays Unknown."""

    def __init__(self, reason: str = "not in this recording, and asking is off (--offline)") -> None:
        self._answer = Unknown(reason=reason, needs="a diagnosis with the network")

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """Unknown, whatever the question."""
        del question
        return self._answer


async def diagnose(
    case: Case,
    asker: Asker,
    *,
    by: Sequence[Check] | None = None,
    evidence: Evidence | None = None,
    budget: float = 20.0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Diagnosis, Evidence]:
    """Ask, judge and attribute within ``budget`` seconds, ``by`` all checks or some. Fixes are added by `repair.plan`."""
    engine = Engine(asker, checks.CHECKS if by is None else by, budget=budget, evidence=evidence, progress=progress)
    results, gathered = await engine.run(case)
    found = conclude(case, results, gathered)
    for question in alternatives.wanted(case, found.findings):
        if question not in gathered:
            gathered.add(question, await _asked(asker, question))
    return conclude(case, results, gathered), gathered


async def _asked(asker: Asker, question: Question[Any]) -> Observation[Any]:
    try:
        return await asyncio.wait_for(asker.ask(question), _SECONDS)
    except TimeoutError:
        return Unknown(reason="no answer in time")


def conclude(case: Case, results: Sequence[Result], evidence: Evidence) -> Diagnosis:
    """The diagnosis that ``results`` amount to."""
    settled = settle(case, evidence)
    found = tuple(result for result in results if isinstance(result, Finding))
    findings, attempts, missing = attribute(settled, found)
    undetermined = _known_once([*(result for result in results if isinstance(result, Undetermined)), *missing])
    reports = strata.report(results, findings, undetermined)
    return Diagnosis(
        at=case.at,
        setup=case.setup,
        verdict=strata.verdict(reports),
        strata=reports,
        findings=findings,
        undetermined=undetermined,
        attempts=attempts,
        alternatives=alternatives.alternatives(case, evidence, findings) if alternatives.broken(findings) else (),
        letters=letters(case, evidence, findings, attempts),
    )


def _known_once(entries: Sequence[Undetermined]) -> tuple[Undetermined, ...]:
    once: dict[tuple[str, str], Undetermined] = {}
    for entry in entries:
        once.setdefault((entry.code, entry.subject), entry)
    return tuple(once.values())
