"""How often the classification agrees with the open half of the bounce corpus: a ratchet, these figures may only rise.

Where it does not agree on purpose, docs/bounce-disagreements.md says why.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from tests.corpora import CORPORA

from mailstrata.bounces.records import records

FLOORS = {"reason": 98.1, "coarse": 98.7, "hard": 98.7}
"""Percent of the answers."""

Row = dict[str, object]


def test_reason_group_and_hardness_are_those_of_the_corpus_this_often() -> None:
    """From raw bytes; a recipient that was not found counts as wrong."""
    place = CORPORA / "bounces-open"
    if not place.exists():
        pytest.skip(f"the corpus bounces-open is not at {CORPORA}")
    groups = {name: each["group"] for name, each in json.loads((place / "reasons.json").read_text()).items()}
    lines: dict[str, list[Row]] = defaultdict(list)
    for text in (place / "expected.jsonl").read_text().splitlines():
        row = json.loads(text)
        lines[row["file"]].append(row)
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for file, rows in lines.items():
        said = list(records((place / file).read_bytes(), file=file))
        for row in rows:
            _count(row, _about(said, row), groups, right=right, of=of)
    assert {name: floor for name, floor in FLOORS.items() if 100 * right[name] / of[name] < floor} == {}, (right, of)


def _about(said: list[Row], row: Row) -> Row:
    """What was said of the row's recipient; of a single one in any case, as some corpora leave the recipient open."""
    wanted = str(row.get("recipient") or "").strip("<> ").lower()
    found = [one for one in said if str(one.get("recipient") or "").lower() == wanted]
    return found[0] if found else said[0] if len(said) == 1 else {}


def _count(row: Row, mine: Row, groups: dict[str, str], *, right: Counter[str], of: Counter[str]) -> None:
    if not row.get("reason") or row["source"] == "bounceparser":
        return
    also = row["reason_also"]
    agreed = mine.get("reason") in [row["reason"], *(also if isinstance(also, list) else [])]
    of.update(["reason", "coarse"])
    right["reason"] += agreed
    right["coarse"] += agreed or groups.get(str(mine.get("reason"))) == row["coarse"]
    if row["coarse"] != "not-a-bounce":
        of["hard"] += 1
        right["hard"] += mine.get("hard") is row["hardbounce"]
