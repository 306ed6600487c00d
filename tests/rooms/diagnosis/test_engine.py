from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.leaping import LeapingLoop
from tests.paper import Paper, healthy, prospects

from mailstrata.diagnosis import engine
from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.engine import Check, Engine, Progress
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Result, Stratum, Undetermined
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import Cname, Mx, Question, Txt

A, B, C = Txt("a.example"), Txt("b.example"), Txt("c.example")
TEXT = Seen(value=("text",))


Judge = Callable[[Case, Evidence], Iterator[Result]]


def _check(code: str, judge: Judge, stratum: Stratum = Stratum.RELAY) -> Check:
    """A check that is a function."""
    return cast("Check", SimpleNamespace(CODE=code, STRATUM=stratum, judge=judge))


def _fine(code: str, text: str) -> Fine:
    return Fine(code=code, stratum=Stratum.RELAY, text=text)


def _wanting(code: str, *questions: Question[Any]) -> Check:
    """A check that asks for all of ``questions`` together and says what it saw."""

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case
        evidence.want(*questions)
        yield _fine(code, ", ".join(type(evidence[question]).__name__ for question in questions))

    return _check(code, judge)


def _chained(code: str, *questions: Question[Any]) -> Check:
    """A check that asks for one after the other, each because of the one before."""

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case
        yield _fine(code, ", ".join(type(evidence[question]).__name__ for question in questions))

    return _check(code, judge)


def _run(asker: Asker, *checks: Check, budget: float = 20.0, evidence: Evidence | None = None) -> tuple[Result, ...]:
    case = prospects()
    results, _ = asyncio.run(Engine(asker, checks, budget=budget, evidence=evidence).run(case))
    return results


class Gated:
    """Answers a question when its gate is opened; ``asked`` lists what was asked, ``cancelled`` what was given up."""

    def __init__(self, *closed: Question[Any]) -> None:
        self.gates = {question: asyncio.Event() for question in closed}
        self.asked: list[Question[Any]] = []
        self.cancelled: list[Question[Any]] = []

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The text, once the gate is open."""
        self.asked.append(question)
        try:
            if question in self.gates:
                await self.gates[question].wait()
        except asyncio.CancelledError:
            self.cancelled.append(question)
            raise
        return TEXT


class Waves:
    """Counts how many rounds of answers a diagnosis costs: all questions of a round are answered together."""

    def __init__(self, facts: Any) -> None:
        self._facts = facts
        self._open: list[tuple[Question[Any], asyncio.Future[Observation[Any]]]] = []
        self.rounds = 0

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The fact, with the round."""
        answer: asyncio.Future[Observation[Any]] = asyncio.get_running_loop().create_future()
        if not self._open:
            asyncio.get_running_loop().call_soon(self._later, 3)
        self._open.append((question, answer))
        return await answer

    def _later(self, turns: int) -> None:
        """Let everybody who asks in this round ask first."""
        if turns:
            asyncio.get_running_loop().call_soon(self._later, turns - 1)
            return
        self.rounds += 1
        round_, self._open = self._open, []
        for question, answer in round_:
            answer.set_result(self._facts.get(question, Absent()))


class Slow(Paper):
    """Each answer takes its time, as over a network."""

    SECONDS = 0.05

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The fact, 50 ms later."""
        await asyncio.sleep(self.SECONDS)
        return await super().ask(question)


def test_each_question_is_asked_once_whoever_wants_it() -> None:
    """Three checks that want the same two things cost two questions."""
    asker = Paper({A: TEXT})
    results = _run(asker, _wanting("one", A, B), _wanting("two", B, A), _chained("three", A, B))
    assert sorted(asker.asked, key=str) == [A, B]
    assert [result.code for result in results] == ["one", "two", "three"]


def test_all_wanted_questions_are_asked_together() -> None:
    """What does not depend on anything is under way at once."""

    async def go() -> None:
        asker = Gated(A, B, C)
        running = asyncio.ensure_future(Engine(asker, [_wanting("one", A, B), _wanting("two", C)]).run(prospects()))
        while len(asker.asked) < 3:
            await asyncio.sleep(0)
        assert asker.asked == [A, B, C]
        for gate in asker.gates.values():
            gate.set()
        await running

    asyncio.run(asyncio.wait_for(go(), 10))


def test_a_check_waits_for_its_own_answers_only() -> None:
    """While a slow answer is out, a chain of another check runs to its end."""

    async def go() -> None:
        asker, ended = Gated(A), asyncio.Event()

        def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
            del case
            assert evidence[B] is TEXT
            assert evidence[C] is TEXT
            ended.set()
            yield _fine("quick", "done")

        running = asyncio.ensure_future(Engine(asker, [_wanting("slow", A), _check("quick", judge)]).run(prospects()))
        await ended.wait()
        assert not running.done()
        asker.gates[A].set()
        results, _ = await running
        assert [result.code for result in results] == ["slow", "quick"]

    asyncio.run(asyncio.wait_for(go(), 10))


def test_results_stand_in_the_order_of_the_checks() -> None:
    """Not in the order of the answers."""
    results = _run(Paper({}), _chained("long", A, B, C), _wanting("short"))
    assert [result.code for result in results] == ["long", "short"]


def test_what_is_known_beforehand_is_not_asked() -> None:
    """A recording answers in place of the world."""
    asker = Paper({})
    known = Evidence({A: TEXT})
    assert _run(asker, _wanting("one", A, B), evidence=known) == (_fine("one", "Seen, Unknown"),)
    assert asker.asked == [B]


def test_the_evidence_that_is_handed_in_is_the_one_that_grows() -> None:
    """Also when it is empty at first."""
    known = Evidence()
    _run(Paper({A: TEXT}), _wanting("one", A), evidence=known)
    assert known[A] is TEXT


def test_a_check_that_asks_without_end_is_stopped() -> None:
    """After MAX_ROUNDS it becomes one Undetermined; the others are as they were."""

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case
        raise NotYet(Txt(f"{len(evidence)}.example"))

    asker = Paper({A: TEXT})
    endless, other = _run(asker, _check("endless", judge), _wanting("other", A))
    assert isinstance(endless, Undetermined)
    assert f"{engine.MAX_ROUNDS} times" in endless.reason
    assert other == _fine("other", "Seen")
    assert len(asker.asked) <= engine.MAX_ROUNDS + 1


@pytest.mark.parametrize("wanted", [(), (A,)], ids=["nothing", "what is there"])
def test_a_check_that_asks_for_nothing_new_is_stopped(wanted: tuple[Question[Any], ...]) -> None:
    """A check cannot make the engine turn for ever."""

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case, evidence
        raise NotYet(*wanted)

    (result,) = _run(Paper({A: TEXT}), _check("stuck", judge))
    assert isinstance(result, Undetermined)


def test_no_more_questions_are_asked_than_the_bound() -> None:
    """What is beyond MAX_QUESTIONS is Unknown and says why; the check still speaks."""
    many = [Txt(f"{number}.example") for number in range(engine.MAX_QUESTIONS + 5)]
    asker = Paper({question: TEXT for question in many})

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case
        evidence.want(*many)
        last = evidence[A]
        assert isinstance(last, Unknown)
        yield _fine("many", last.reason)

    assert _run(asker, _check("many", judge)) == (
        _fine("many", f"more than {engine.MAX_QUESTIONS} questions in one diagnosis"),
    )
    assert len(asker.asked) == engine.MAX_QUESTIONS


def test_what_is_not_answered_in_time_is_unknown() -> None:
    """The budget ends the diagnosis; the late question is given up and says that it was late."""

    async def go() -> None:
        asker = Gated(A)
        seen = Engine(asker, [_wanting("slow", A), _chained("deep", B, A, C), _wanting("quick", B)], budget=0.05)
        results, evidence = await seen.run(prospects())
        assert [getattr(result, "text", "") for result in results] == ["Unknown", "Seen, Unknown, Unknown", "Seen"]
        late = evidence[A]
        assert isinstance(late, Unknown)
        assert "0.05 s" in late.reason
        assert "budget" in late.needs
        assert asker.cancelled == [A]

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(go())


def test_a_budget_of_nothing_asks_and_waits_for_nothing() -> None:
    """Every check speaks all the same."""
    results = _run(Gated(), _wanting("one", A), budget=0.0)
    assert results == (_fine("one", "Unknown"),)


def test_cancelling_a_diagnosis_cancels_every_open_question() -> None:
    """Ctrl-C leaves nothing behind."""

    async def go() -> None:
        asker, before = Gated(A, B), asyncio.all_tasks()
        running = asyncio.ensure_future(Engine(asker, [_wanting("one", A, B)]).run(prospects()))
        while len(asker.asked) < 2:
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert sorted(asker.cancelled, key=str) == [A, B]
        assert asyncio.all_tasks() == before

    asyncio.run(asyncio.wait_for(go(), 10))


def test_an_asker_that_breaks_when_it_is_cancelled_disturbs_nobody() -> None:
    """Its exception is looked at, so that asyncio does not print it at the end."""
    complaints: list[dict[str, Any]] = []

    class Rude(Gated):
        async def ask(self, question: Question[Any]) -> Observation[Any]:
            try:
                return await super().ask(question)
            except asyncio.CancelledError:
                raise OSError("late") from None

    async def go() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await Engine(Rude(A), [_wanting("one", A)], budget=0.01).run(prospects())

    asyncio.run(asyncio.wait_for(go(), 10))
    assert complaints == []


def test_an_asker_that_raises_has_told_nothing() -> None:
    """A fault of ours becomes Unknown, named by its kind and never by its text, which may hold a secret."""

    class Broken(Paper):
        async def ask(self, question: Question[Any]) -> Observation[Any]:
            if question == A:
                raise RuntimeError("BCanarySecret")
            if question == C:
                raise asyncio.CancelledError
            return await super().ask(question)

    _, evidence = asyncio.run(Engine(Broken({B: TEXT}), [_wanting("one", A, B, C)]).run(prospects()))
    broken = evidence[A]
    assert isinstance(broken, Unknown)
    assert "RuntimeError" in broken.reason
    assert "Canary" not in broken.reason
    assert evidence[B] is TEXT
    assert isinstance(evidence[C], Unknown)


@pytest.mark.parametrize("place", range(3))
def test_a_check_that_crashes_is_one_result_and_nothing_else_changes(place: int) -> None:
    """Whatever it said before it broke is dropped; its text stays out, since it may quote what was read."""

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        del case
        yield _fine("broken", "half a word")
        raise ValueError(f"BCanarySecret {evidence[A]}")

    sound = [_wanting("one", A), _chained("two", A, B)]
    checks = [*sound[:place], _check("broken", judge, Stratum.ACCOUNT), *sound[place:]]
    results = list(_run(Paper({A: TEXT}), *checks))
    crashed = results.pop(place)
    assert isinstance(crashed, Undetermined)
    assert (crashed.code, crashed.stratum) == ("broken", Stratum.ACCOUNT)
    assert "ValueError at line " in crashed.reason
    assert "Canary" not in crashed.reason + crashed.needs
    assert tuple(results) == _run(Paper({A: TEXT}), *sound)


def test_a_crashing_check_among_all_checks_changes_no_other_result() -> None:
    """Each check of the product in turn is replaced by one that breaks."""
    whole, _ = asyncio.run(Engine(Paper(healthy()), CHECKS).run(prospects()))

    def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
        raise ZeroDivisionError

    for check in CHECKS[::6]:
        broken = _check(check.CODE, judge, check.STRATUM)
        checks = [broken if one is check else one for one in CHECKS]
        results, _ = asyncio.run(Engine(Paper(healthy()), checks).run(prospects()))
        assert [one for one in results if one.code != check.CODE] == [one for one in whole if one.code != check.CODE]
        assert [type(one) for one in results if one.code == check.CODE] == [Undetermined]


def test_progress_is_told_until_all_checks_have_spoken() -> None:
    """Asked, answered and done only grow; at the end nothing is open."""
    told: list[Progress] = []
    asker = Paper(healthy())
    asyncio.run(Engine(asker, CHECKS, progress=told.append).run(prospects()))
    for before, after in pairwise(told):
        assert before.asked <= after.asked
        assert before.answered <= after.answered
        assert before.done <= after.done
    assert told[-1] == Progress(asked=len(asker.asked), answered=len(asker.asked), done=len(CHECKS), checks=len(CHECKS))


def test_questions_are_asked_in_an_order_that_is_the_same_each_time() -> None:
    """As the checks want them: a paced asker meets them in the order of the strata."""
    asker = Paper({})
    _run(asker, _wanting("one", C, Mx("x.example"), A), _wanting("two", Cname("y.example"), B))
    assert asker.asked == [C, Mx("x.example"), A, Cname("y.example"), B]


def test_a_diagnosis_costs_no_more_rounds_than_its_longest_chain() -> None:
    """With three questions in a row and others beside them the answers come in three rounds."""
    waves = Waves({})
    _run(
        waves,
        _chained("deep", A, B, C),
        _wanting("wide", Mx("x.example"), Cname("y.example")),
        _chained("two", Cname("y.example"), A),
    )
    assert waves.rounds == 3


def test_all_checks_at_50_ms_an_answer_take_less_than_1_3_times_the_longest_chain() -> None:
    """The proof over the paper world of all checks: rounds counted first, then the time that is waited."""
    waves = Waves(healthy())
    asyncio.run(Engine(waves, CHECKS).run(prospects()))
    slow = Slow(healthy())
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(Engine(slow, CHECKS).run(prospects()))
        took = runner.get_loop().time()
    assert len(slow.asked) > 20
    assert waves.rounds < 8
    assert took < 1.3 * waves.rounds * Slow.SECONDS
