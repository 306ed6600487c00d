"""The report as a person reads it, whole: tests/golden/report-*.txt, rewritten by `--bless`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.rooms.reports.incident import HEALTHY, TWO_FAULTS, UNSEEING

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.reports import plain
from mailstrata.reports.safe import width as columns_of

GOLDEN = Path(__file__).parents[2] / "golden"
UNTRIED = replace(TWO_FAULTS, attempts=())
PAGES = [
    ("two-faults-80", TWO_FAULTS, 80),
    ("two-faults-100", TWO_FAULTS, 100),
    ("two-faults-140", TWO_FAULTS, 140),
    ("healthy-100", HEALTHY, 100),
    ("unseeing-80", UNSEEING, 80),
    ("untried-100", UNTRIED, 100),
]


@pytest.mark.parametrize(("name", "diagnosis", "width"), PAGES, ids=[page[0] for page in PAGES])
def test_the_page_is_the_golden_one(name: str, diagnosis: Diagnosis, width: int, bless: bool) -> None:
    """The whole text, every space of it."""
    text = plain.render(diagnosis, width=width)
    golden = GOLDEN / f"report-{name}.txt"
    if bless:
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("width", [40, 61, 80, 100, 120])
def test_no_line_is_wider_than_the_page_but_the_last_one_for_scripts(width: int) -> None:
    """A line to grep is never folded; all others are."""
    lines = plain.render(TWO_FAULTS, width=width).splitlines()
    assert [line for line in lines[:-1] if columns_of(line) > width] == []
    assert lines[-1].startswith("broken: causes=2 effects=1 unknown=1 arrived=0/3 primary=key-inactive")


def test_each_finding_is_told_once() -> None:
    """Its reasons and its evidence stand on the page one time, a refined one's under what refines it."""
    text = " ".join(plain.render(TWO_FAULTS, width=120).split())
    for finding in TWO_FAULTS.findings:
        for told in (finding.title, *(proof.quote for proof in finding.evidence if "response" not in proof.quote)):
            assert text.count(" ".join(told.split())) - text.count(f"The response was: {told}") == 1
    assert text.count("seen as login-refused") == 1


def test_every_code_fix_and_fine_line_is_on_the_page() -> None:
    """Nothing that was found is kept back."""
    text = " ".join(plain.render(TWO_FAULTS).split())
    wanted = [fix.title for fix in TWO_FAULTS.fixes]
    wanted += [finding.code for finding in TWO_FAULTS.findings]
    wanted += [line for report in TWO_FAULTS.strata for line in report.fine]
    wanted += [each.needs for each in TWO_FAULTS.undetermined]
    assert [each for each in wanted if each not in text] == []
