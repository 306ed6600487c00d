from __future__ import annotations

from typing import Any

import pytest
from tests.pages.page import AT

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.finding import Grade, Proof
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, Mx, Question, Txt

A, B, C = Txt("a.example"), Txt("b.example"), Mx("c.example")
SEEN = Seen(value=("one", "two"), source="resolver 127.0.0.1", at=AT)


def test_what_nobody_asked_yet_is_not_yet() -> None:
    """The exception carries the question; no ``except Exception`` of a check can swallow it."""
    with pytest.raises(NotYet) as error:
        Evidence()[A]
    assert error.value.questions == (A,)
    assert not issubclass(NotYet, Exception)


def test_want_raises_all_that_is_missing_together() -> None:
    """So that independent questions cost one round trip."""
    evidence = Evidence({B: Absent()})
    with pytest.raises(NotYet) as error:
        evidence.want(A, B, C)
    assert error.value.questions == (A, C)
    evidence.want(B)
    evidence.want()


def test_the_first_answer_stays() -> None:
    """Evidence does not change under a check; nor does it share the mapping that it was made of."""
    given: dict[Question[Any], Observation[Any]] = {A: SEEN}
    evidence = Evidence(given)
    evidence.add(A, Absent())
    given[B] = SEEN
    assert evidence[A] is SEEN
    assert B not in evidence
    assert (len(evidence), list(evidence)) == (1, [A])


def test_items_stand_in_the_order_of_the_notation() -> None:
    """Whoever answered first."""
    evidence = Evidence()
    for question in (Cname("d.example"), C, B, A):
        evidence.add(question, Absent())
    assert [question for question, _ in evidence.items()] == [A, B, C, Cname("d.example")]


@pytest.mark.parametrize(
    ("observation", "quote", "proof"),
    [
        (SEEN, "", Proof(question="txt a.example", grade=Grade.OBSERVED, source=SEEN.source, at=AT, quote="one | two")),
        (SEEN, "two", Proof(question="txt a.example", grade=Grade.OBSERVED, source=SEEN.source, at=AT, quote="two")),
        (
            Absent(how="NXDOMAIN", source="ns1"),
            "",
            Proof(question="txt a.example", grade=Grade.OBSERVED, source="ns1", quote="absent (NXDOMAIN)"),
        ),
        (
            Unknown(reason="timed out"),
            "",
            Proof(question="txt a.example", grade=Grade.OBSERVED, source="", quote="unknown: timed out"),
        ),
    ],
)
def test_a_proof_names_question_source_and_the_words(
    observation: Seen[tuple[str, ...]], quote: str, proof: Proof
) -> None:
    """Verbatim, by default the whole answer."""
    assert Evidence({A: observation}).proof(A, quote) == proof


def test_a_proof_may_be_of_another_grade() -> None:
    """What a bounce reports was not observed by us."""
    assert Evidence({A: SEEN}).proof(A, grade=Grade.REPORTED).grade is Grade.REPORTED
