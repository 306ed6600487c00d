"""Every reply text of the corpus bounce-texts: the reason, layer, code and owner that the text itself gives.

Three other readers labelled these texts in vocabularies of their own; where none of their labels agrees with ours the table
says why.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.corpora import cases

from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.classification.table import Line, parse
from mailstrata.bounces.pasted import pasted

TABLE = Path(__file__).parents[2] / "data" / "bounce-texts" / "expected.tsv"
TEXTS = cases("bounce-texts")


def _expected() -> dict[str, Line]:
    return {line["text"]: line for line in parse(TABLE.read_text("utf-8"), TABLE.name)}


def _name(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: str(case["text"])[:60])
def test_a_text_has_the_reason_layer_code_and_owner_of_the_table(case: dict[str, Any]) -> None:
    """Read from the pasted text alone, as nobody says who answered."""
    said = classify(pasted(case["text"]))
    wanted = _expected()[_name(case["text"])]
    found = (said.reason, said.stratum.value, said.code or "", said.owner.value)
    assert found == (wanted["reason"], wanted["stratum"], wanted["code"], wanted["owner"]), said


def test_the_table_has_a_row_for_each_text_and_no_other() -> None:
    """So that a new text of the corpus is judged, too."""
    if not TEXTS:
        pytest.skip("the corpus bounce-texts is not on this machine")
    assert set(_expected()) == {_name(case["text"]) for case in TEXTS}
