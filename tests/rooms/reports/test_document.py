from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.rooms.reports.incident import HEALTHY, TWO_FAULTS, UNSEEING

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.reports import document

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis-two-faults.json"


def test_the_document_is_the_golden_one(bless: bool) -> None:
    """Every key in its place, every time in UTC."""
    text = document.render(TWO_FAULTS)
    if bless:
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_the_keys_are_the_contracts_in_its_order() -> None:
    """contract.md, `diagnose --json`, with what is fine added to each stratum, and its letters to each fix."""
    told = json.loads(document.render(TWO_FAULTS))
    assert list(told) == [
        "schema",
        "at",
        "setup",
        "verdict",
        "strata",
        "findings",
        "undetermined",
        "attempts",
        "fixes",
    ]
    assert list(told["setup"]) == ["domain", "alias", "region"]
    assert list(told["strata"][0]) == ["name", "state", "checked", "fine"]
    assert list(told["findings"][0]) == [
        "code",
        "stratum",
        "gravity",
        "confidence",
        "owner",
        "subject",
        "title",
        "because",
        "evidence",
        "refines",
        "caused_by",
        "masks",
        "role",
        "explains",
        "fixes",
    ]
    assert list(told["findings"][0]["evidence"][0]) == ["question", "grade", "source", "at", "quote"]
    assert list(told["undetermined"][0]) == ["code", "subject", "reason", "needs"]
    assert list(told["attempts"][0]) == ["id", "from", "to", "at", "via", "outcome", "stratum", "cause"]
    assert list(told["fixes"][0]) == [
        "id",
        "rank",
        "title",
        "for",
        "automatic",
        "safe",
        "who",
        "cost",
        "minutes",
        "wait",
        "after",
        "steps",
        "iam",
        "verify",
        "undo",
        "letters",
    ]


@pytest.mark.parametrize("diagnosis", [TWO_FAULTS, HEALTHY, UNSEEING], ids=["two-faults", "healthy", "unseeing"])
def test_it_is_ascii_json_that_reads_back(diagnosis: Diagnosis) -> None:
    """A time that is not known is null."""
    text = document.render(diagnosis)
    assert text.isascii()
    assert json.loads(text) == document.document(diagnosis)
    assert all(
        re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", each["at"] or "2026-05-12T18:43:00Z")
        for each in json.loads(text)["attempts"]
    )
