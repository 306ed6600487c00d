"""The tables of the classification: whole, sourced, and without rows that cannot be reached."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from tests.corpora import CORPORA
from tests.effort import within

from mailstrata.bounces.classification.phrasebook import Phrasebook, Row
from mailstrata.bounces.classification.spoken import spoken
from mailstrata.bounces.classification.table import lines, parse, parted, spelled, written
from mailstrata.model.errors import Malformed
from mailstrata.model.finding import Owner, Stratum

ALL = (
    "providers",
    "phrases",
    "hints",
    "statuses",
    "replies",
    "phases",
    "leadins",
    "hosts",
    "writing",
    "reasons",
    "remedies",
)
SAYING = ("providers", "phrases", "hints")


@pytest.mark.parametrize("name", ALL)
def test_every_row_has_its_source(name: str) -> None:
    """An RFC, a heading of the fact sheet, or whose page it is."""
    assert [line for line in lines(name) if not line["source"]] == []


@pytest.mark.parametrize("name", [*SAYING, "statuses", "replies"])
def test_every_reason_is_one_that_bounce_readers_share(name: str) -> None:
    """``userunknown-said`` alone is ours: it becomes ``userunknown`` or ``filtered`` by the phase."""
    shared = {line["reason"] for line in lines("reasons")}
    assert {line["reason"] for line in lines(name)} - {"userunknown-said"} <= shared


@pytest.mark.parametrize("name", SAYING)
def test_every_row_is_well_formed(name: str) -> None:
    """Numbers, layers and owners are such; each phrase is written as texts are compared."""
    for line in lines(name):
        Row.of(line)
        assert not line["fault"] or Stratum(line["fault"].partition("/")[0])
        assert not line["owner"] or line["owner"] == "platform" or Owner(line["owner"])
        words = line["phrase"].replace("..", " ")
        assert spoken(words).split() == words.split(), line


@pytest.mark.parametrize("name", SAYING)
def test_no_phrase_stands_twice(name: str) -> None:
    """The second would never be reached."""
    found = [
        (line.get("provider"), line["number"], line["phase"], line["phrase"]) for line in lines(name) if line["phrase"]
    ]
    assert [each for each, times in Counter(found).items() if times > 1] == []


@pytest.mark.parametrize("name", [*SAYING, "phases"])
def test_a_phrase_in_parts_stands_for_the_same_phrases(name: str) -> None:
    """Parting only saves work."""
    for phrase in (line["phrase"] for line in written(name)):
        in_parts = [" ".join(each.split()) for part in parted(phrase) for each in spelled(part)]
        assert sorted(in_parts) == sorted(" ".join(each.split()) for each in spelled(phrase))


@pytest.mark.parametrize("name", [*SAYING, "phases"])
def test_every_spelling_of_a_phrase_is_found(name: str) -> None:
    """Whichever words a row is filed under, a text that says just this leads to it."""
    book = Phrasebook(written(name))
    missed = [
        said
        for said in (line["phrase"] for line in lines(name) if line["phrase"])
        if not any(said in spelled(row.phrase) for row in book.rows(f" {' '.join(said.replace('..', ' ').split())} "))
    ]
    assert missed == []


@pytest.mark.parametrize("name", SAYING)
def test_a_long_text_is_looked_up_at_once(name: str) -> None:
    """The words of phrases over and over, in their order and in none, take no more than as many others."""
    book = Phrasebook(written(name))
    said = [word for each in lines(name) for word in each["phrase"].split() if word != ".."][:3000]
    for words in (said, said[::-1], sorted(said), ["user", "unknown"] * 2000):
        assert within(0.5, lambda words=words: list(book.rows(f" {' '.join(words)} ")))  # type: ignore[misc]


def test_every_code_and_every_reason_without_one_has_a_remedy() -> None:
    """Whatever is found, something can be done or waited for."""
    known = {line["of"] for line in lines("remedies")}
    faults = {line["fault"] for name in (*SAYING, "reasons") for line in lines(name) if line["fault"]}
    codes = {fault.partition("/")[2] for fault in faults} - {"-", ""}
    assert codes <= known
    assert {line["reason"] for line in lines("reasons") if line["fault"].endswith("/-")} <= known | {
        "onhold",
        "undefined",
    }


def test_the_shared_reasons_are_all_there() -> None:
    """Those of the corpus's own list."""
    path = CORPORA / "bounces-open" / "reasons.json"
    if not path.exists():
        pytest.skip(f"the corpus bounces-open is not at {CORPORA}")
    assert set(json.loads(path.read_text())) == {line["reason"] for line in lines("reasons")}


def test_a_broken_table_is_named_with_its_line() -> None:
    """File, line and what was expected."""
    with pytest.raises(Malformed, match=r"x\.tsv line 3: 1 cells; expected 2: a, b"):
        parse("# about\na\tb\nc\n", "x")
