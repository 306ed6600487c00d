"""Runs the checks: asks the world what they want to know, everything once and together.

A check that raises ``NotYet`` waits for its own answers only and is called again the moment they are there, so a diagnosis
costs no more round trips than the longest chain of questions that depend on each other:

    results, evidence = await Engine(asker, CHECKS, budget=20).run(case)

Four bounds keep it honest. The time budget: what has not been answered then is Unknown, and late answers stay so. Rounds of
one check and questions in all: no asker and no check can make it loop. A check that crashes becomes one Undetermined result,
and nothing else changes. Cancelling ``run`` cancels every question that is still open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Result, Stratum, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import Question

MAX_ROUNDS = 40
"""How often one check may ask for more."""
MAX_QUESTIONS = 20_000
"""How many questions one diagnosis may ask."""


class Check(Protocol):
    """A module of `diagnosis.checks`."""

    CODE: str
    STRATUM: Stratum
    __doc__: str | None

    @staticmethod
    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        """What the evidence says of this fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a diagnosis has come: questions asked and answered, checks done of all."""

    asked: int
    answered: int
    done: int
    checks: int


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A check between two calls."""

    check: Check
    rounds: int = 0
    wants: tuple[Question[Any], ...] = ()


class Engine:
    """Gathers evidence from ``asker`` until each of ``checks`` has spoken, within ``budget`` seconds."""

    def __init__(
        self,
        asker: Asker,
        checks: Sequence[Check],
        *,
        budget: float = 20.0,
        evidence: Evidence | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._asker = asker
        self._checks = tuple(checks)
        self._budget = budget
        self._progress = progress
        self._evidence = Evidence() if evidence is None else evidence
        self._results: dict[str, tuple[Result, ...]] = {}
        self._tasks: dict[asyncio.Task[Observation[Any]], Question[Any]] = {}
        self._open: set[Question[Any]] = set()
        self._asked = 0

    async def run(self, case: Case) -> tuple[tuple[Result, ...], Evidence]:
        """What all checks say, in their order, and the evidence they saw."""
        waiting = [_Waiting(check=check) for check in self._checks]
        deadline = asyncio.get_running_loop().time() + self._budget
        try:
            waiting = self._advance(case, waiting)
            while waiting and await self._answers(deadline):
                waiting = self._advance(case, waiting)
        finally:
            await self._cancel()
        self._give_up(case, waiting)
        return tuple(result for check in self._checks for result in self._results[check.CODE]), self._evidence

    def _advance(self, case: Case, waiting: list[_Waiting]) -> list[_Waiting]:
        """Call each check whose answers are there; ask what they want next."""
        still = [entry for entry in waiting if not self._finished(case, entry)]
        for entry in still:
            self._ask(entry.wants)
        self._report(len(still))
        return still

    def _finished(self, case: Case, entry: _Waiting) -> bool:
        if any(question not in self._evidence for question in entry.wants):
            return False
        entry.rounds += 1
        if entry.rounds > MAX_ROUNDS:
            self._results[entry.check.CODE] = (_endless(entry.check),)
            return True
        try:
            self._results[entry.check.CODE] = tuple(entry.check.judge(case, self._evidence))
        except NotYet as more:
            entry.wants = tuple(dict.fromkeys(more.questions))
            return False
        except Exception as error:  # noqa: BLE001 - one broken check must not take the others with it
            self._results[entry.check.CODE] = (_crashed(entry.check, error),)
        return True

    def _ask(self, questions: tuple[Question[Any], ...]) -> None:
        for question in questions:
            if question in self._evidence or question in self._open:
                continue
            if self._asked >= MAX_QUESTIONS:
                self._evidence.add(question, Unknown(reason=f"more than {MAX_QUESTIONS} questions in one diagnosis"))
                continue
            self._asked += 1
            self._open.add(question)
            self._tasks[asyncio.ensure_future(self._asker.ask(question))] = question

    async def _answers(self, deadline: float) -> bool:
        """Wait for the next answers, if any is open; false when the time budget is spent."""
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return False
        if not self._tasks:
            return True
        done, _ = await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            question = self._tasks.pop(task)
            self._open.discard(question)
            self._evidence.add(question, _observation(task))
        return bool(done)

    async def _cancel(self) -> None:
        late = list(self._tasks)
        for task in late:
            task.cancel()
        if late:
            ended, _ = await asyncio.wait(late, timeout=1.0)
            for task in ended:
                _observation(task)  # what it ended with is looked at, else asyncio complains of it

    def _give_up(self, case: Case, waiting: list[_Waiting]) -> None:
        """Answer whatever is still wanted with Unknown, until the checks that wait for it have spoken."""
        late = Unknown(reason=f"no answer within the {self._budget:g} s of this diagnosis", needs="a longer --budget")
        while waiting:
            for entry in waiting:
                for question in entry.wants:
                    self._evidence.add(question, late)
            waiting = [entry for entry in waiting if not self._finished(case, entry)]
        self._report(0)

    def _report(self, waiting: int) -> None:
        total = len(self._checks)
        answered = self._asked - len(self._tasks)
        self._progress(Progress(asked=self._asked, answered=answered, done=total - waiting, checks=total))


def _observation(task: asyncio.Task[Observation[Any]]) -> Observation[Any]:
    """The answer of a finished task; an asker that broke has told nothing."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        return Unknown(reason=f"asking failed inside mailstrata: {type(error).__name__}", needs="a bug report")
    return Unknown(reason="the question was cancelled") if task.cancelled() else task.result()


def _endless(check: Check) -> Undetermined:
    return Undetermined(
        code=check.CODE,
        stratum=check.STRATUM,
        subject="mailstrata itself",
        reason=f"the check asked for more {MAX_ROUNDS} times and was stopped; all others are unaffected",
        needs="a bug report with the recording of this diagnosis (diagnose --save)",
    )


def _crashed(check: Check, error: Exception) -> Undetermined:
    """The one result of a check that broke. The error's text stays out: it may quote what was read."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    line = f" at line {place.tb_lineno}" if place is not None else ""
    return Undetermined(
        code=check.CODE,
        stratum=check.STRATUM,
        subject="mailstrata itself",
        reason=f"the check crashed with {type(error).__name__}{line}; all others are unaffected",
        needs="a bug report with the recording of this diagnosis (diagnose --save)",
    )
