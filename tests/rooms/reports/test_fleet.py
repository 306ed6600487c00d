"""Many domains in one table."""

from __future__ import annotations

import json

import pytest

from mailstrata.reports.fleet import Drift, MalformedRun, Row, drift, page, read, row, summary
from mailstrata.reports.page import text_of

BROKEN = Row(domain="dock.example", verdict="broken", regions=("us-east-1",), faults=("dkim-record-absent",))
WARNED = Row(domain="harbor.example", verdict="degraded", regions=("us-east-1",), warnings=("dmarc-absent",))
FINE = Row(domain="sailing.example", verdict="healthy", regions=("us-east-1", "eu-west-1"))
BLIND = Row(domain="quay.example", verdict="undetermined", unknown=("dkim-disabled",))


def told(domain: str, *codes: str, verdict: str = "broken", gravity: str = "fault") -> str:
    """A line of a run."""
    findings = [{"code": code, "gravity": gravity} for code in codes]
    region = {"region": "us-east-1", "verdict": verdict, "findings": findings, "undetermined": []}
    return json.dumps({"schema": "mailstrata.domain/1", "domain": domain, "regions": [region]})


def test_the_worst_comes_first_and_the_last_line_counts() -> None:
    """Broken, degraded, not known, healthy."""
    text = text_of(page([FINE, BLIND, WARNED, BROKEN], width=100))
    assert [line.split()[1] for line in text.splitlines()[:4]] == [
        "dock.example",
        "harbor.example",
        "quay.example",
        "sailing.example",
    ]
    assert text.endswith("4 domains: 1 broken, 1 degraded, 1 undetermined, 1 healthy.\n")


def test_what_is_not_known_is_counted_beside_what_is() -> None:
    """It is never shown as fine."""
    assert "1 not known" in text_of(page([BLIND], width=100))


def test_a_row_says_in_short_what_a_document_says() -> None:
    """The worst of its regions."""
    document = json.loads(told("dock.example", "dkim-record-absent"))
    document["regions"].append(
        {"region": "eu-west-1", "verdict": "healthy", "findings": [], "undetermined": [{"code": "x"}]}
    )
    assert row(document) == Row(
        domain="dock.example",
        verdict="broken",
        regions=("us-east-1", "eu-west-1"),
        faults=("dkim-record-absent",),
        unknown=("x",),
    )


def test_what_changed_since_another_run_stands_beside_the_domain() -> None:
    """New faults, mended ones, domains that were not there."""
    then = read(told("dock.example", "spf-multiple") + "\n" + told("gone.example") + "\n", "monday.jsonl")
    assert drift(BROKEN, then["dock.example"]) == Drift(fresh=("dkim-record-absent",), gone=("spf-multiple",))
    text = text_of(page([BROKEN, FINE], width=120, since=then))
    assert "+dkim-record-absent  -spf-multiple" in text
    assert "sailing.example  us-east-1,eu-west-1    new" in text
    assert summary([BROKEN, FINE], then).endswith(
        "Since then: 1 with new faults, 1 with faults mended, 1 new, 1 not looked at."
    )


def test_a_run_that_was_cut_off_is_read_up_to_its_last_whole_line() -> None:
    """A broken line anywhere else is no run."""
    assert set(read(told("dock.example") + "\n" + told("harbor.example")[:40], "a.jsonl")) == {"dock.example"}
    with pytest.raises(MalformedRun, match=r"a.jsonl:1: "):
        read("{}\n" + told("dock.example"), "a.jsonl")


@pytest.mark.parametrize(
    "line",
    ["[]", '{"schema": "mailstrata.diagnosis/1"}', '{"schema": "mailstrata.domain/1"}', "no JSON", "[" * 100_000],
)
def test_what_is_no_result_is_named_by_file_and_line(line: str) -> None:
    """Nothing foreign is taken for a run."""
    with pytest.raises(MalformedRun, match=r"old.jsonl:1"):
        read(line + "\n\n", "old.jsonl")
