"""What ``bounce read`` says of an answer, ``diagnose`` says too: the same fault, by the same owner, for every text we know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.pages.page import AT, judge
from tests.rooms.bounces import test_classify_facts as sheet

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.pasted import pasted
from mailstrata.bounces.records import bounces_in
from mailstrata.diagnosis.checks import CHECKS
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.finding import Finding, Stratum
from mailstrata.model.setup import Setup

BOUNCES = Path(__file__).parents[2] / "bounces"
OF_DNS = {"recipient-domain-absent", "recipient-accepts-no-mail"}
"""Faults that the DNS proves, and no server's word."""


def _read(text: str) -> tuple[Attempt, Classification]:
    temporary = text[:1] == "4"
    bounce = replace(pasted(text), recipient="peter@dock.example", sender="admin@sailing.example")
    bounce = replace(bounce, action="delayed" if temporary else "failed")
    (attempt,) = attempts([bounce])
    return attempt, classify(bounce)


def _is_theirs(said: Classification) -> bool:
    return said.stratum is Stratum.RECIPIENT and said.code is not None and said.code not in OF_DNS


def _texts() -> list[str]:
    found = []
    for name in ("GMAIL", "EXCHANGE", "OTHERS"):
        for line in getattr(sheet, name, "").replace("\\\n", "").strip().splitlines():
            text = line.split(" | ")[0].strip()
            _, said = _read(text)
            if _is_theirs(said):
                found.append(text)
    return found


def _findings(attempt: Attempt) -> list[Finding]:
    case = Case(setup=Setup(domain="sailing.example", region="us-east-1"), attempts=(attempt,), at=AT)
    said = [one for check in CHECKS for one in judge(check, case, {})]
    return [one for one in said if isinstance(one, Finding)]


def _expected(said: Classification) -> str | None:
    """A mail that was given up after hours was put off, unless the DNS shows that no server can be found."""
    return "recipient-delays" if said.reason == "expired" and said.code == "recipient-mx-failing" else said.code


@pytest.mark.parametrize("text", _texts())
def test_the_diagnosis_of_an_answer_is_its_classification(text: str) -> None:
    """One finding, of the code and the owner that the classification names, which explains the mail."""
    attempt, said = _read(text)
    (finding,) = _findings(attempt)
    assert (finding.code, finding.owner, finding.stratum) == (_expected(said), said.owner, Stratum.RECIPIENT)
    assert finding.explains == (attempt.id,)
    assert finding.evidence[0].quote.split() == attempt.diagnostic.split()


@pytest.mark.parametrize("path", sorted(BOUNCES.glob("*.eml")), ids=lambda path: path.stem)
def test_the_diagnosis_of_a_bounce_is_what_bounce_read_says_of_it(path: Path) -> None:
    """Each mail of the quartets: every recipient's fault is found, and none that nobody reads in it."""
    bounces = bounces_in(path.read_bytes())
    told = {classify(bounce).code for bounce in bounces if _is_theirs(classify(bounce))}
    found = {one.code for attempt in attempts(bounces) for one in _findings(attempt)}
    of_recipients = {check.CODE for check in CHECKS if check.STRATUM is Stratum.RECIPIENT}
    assert found & of_recipients == told


def test_the_fact_sheet_has_many_such_answers() -> None:
    """The list above is not empty by mistake."""
    assert len(_texts()) > 60
