"""Remarks on DMARC records, and checkdmarc's judgement of forty-nine of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.corpora import cases

from mailstrata.formats.dmarc_lint import almost_record, lints

BREAKS = {"malformed", "not-a-record"}
SAME = {
    "Support for the pct tag": ("pct", "retired"),
    "Support for the rf tag": ("rf", "retired"),
    "Support for the ri tag": ("ri", "retired"),
    "An sp tag value of none": ("sp", "unenforced"),
    "A p tag value of none": ("p", "unenforced"),
    "A missing p tag": ("p", "implied"),
    "The p tag does not": ("p", "order"),
    "Unknown DMARC tag": ("xyz", "unknown"),
    "more than two rua": ("rua", "many"),
    "more than two ruf": ("ruf", "many"),
    "size limit (`!size`) on rua": ("rua", "size-limit"),
    "size limit (`!size`) on ruf": ("ruf", "size-limit"),
    "the fo tag 0 is redundant": ("fo", "redundant"),
}
"""What checkdmarc's warnings are called here."""
OVER = "An sp tag value of none"
"""Said by checkdmarc beside p=none too, where it adds nothing."""


@pytest.mark.parametrize(
    "case", cases("dmarc", "record-cases.jsonl"), ids=lambda case: case["test"].rpartition("::")[2]
)
def test_records_are_judged_as_checkdmarc_judges_them(case: dict[str, Any]) -> None:
    """Valid or not, and each of its warnings that is about the record alone."""
    found = lints(case["record"])
    assert (not BREAKS & {lint.code for lint in found}) is case["valid"]
    kinds = {(lint.tag, lint.code) for lint in found}
    for warning in case.get("warnings") or ():
        known = [
            same
            for words, same in SAME.items()
            if words in warning and not (words == OVER and "p=none" in case["record"])
        ]
        assert set(known) <= kinds, warning


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("v=DMARC1; p=reject; rua=mailto:r@sailing.example", []),
        ("v=DMARC1; p=reject; np=none; t=y", [("np", "unenforced"), ("t", "testing"), ("rua", "no-reports")]),
        ("v=DMARC1; p=refuse", [("p", "malformed")]),
        ("v=DMARC1; p=reject; p=none", [("p", "malformed")]),
        ("v=spf1 -all", [("v", "not-a-record")]),
        ('"v=DMARC1; p=none"', [("v", "not-a-record")]),
        ("v=dmarc1; p=none", [("v", "not-a-record")]),
    ],
)
def test_each_remark_names_its_tag(text: str, found: list[tuple[str, str]]) -> None:
    """So that its owner finds the place."""
    assert [(lint.tag, lint.code) for lint in lints(text)] == found


def test_a_record_that_somebody_meant_is_told_from_any_other_text() -> None:
    """Quotes and small letters make a record invisible to recipients."""
    assert almost_record("v=dmarc1; p=none")
    assert almost_record('"v=DMARC1; p=none"')
    assert not almost_record("v=DMARC1; p=none")
    assert not almost_record("v=spf1 -all")
