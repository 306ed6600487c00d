"""Remarks on SPF records, and third parties' judgement of fifty of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.corpora import cases
from tests.paper_zone import Zone

from mailstrata.formats.spf_check import Sender, check
from mailstrata.formats.spf_lint import almost_record, lints

BREAKS = {"malformed", "not-a-record", "includes-itself"}
DEVIATIONS = {"testTextAfterExpValueWarns"}
"""Judged the other way round here; docs/suite-deviations.md says why."""
RECORDS = cases("spf", "record-cases.jsonl")
MAIL_SERVERS = {"example.com": [{"MX": [10, f"mx{number}.example.com"]} for number in range(3)]}
"""What the one case of an ``mx`` whose hosts have no addresses presumes."""


def unquoted(text: str) -> str:
    """A record out of a zone file, whose strings are joined."""
    return "".join(re.findall(r'"([^"]*)"', text)) if text.startswith('"') else text


@pytest.mark.parametrize("case", RECORDS, ids=lambda case: case["test"].rpartition("::")[2] + "-" + case["domain"])
def test_fifty_records_are_judged_as_checkdmarc_judges_them(case: dict[str, Any]) -> None:
    """Valid or not; of the two with too many void look-ups the evaluation tells."""
    text = unquoted(case["record"])
    if case.get("error") == "SPFTooManyVoidDNSLookups":
        entries = MAIL_SERVERS["example.com"] if " mx " in text else []
        verdict = check(
            Zone({case["domain"]: [{"TXT": text}, *entries]}), Sender(ip="192.0.2.1", sender=f"a@{case['domain']}")
        )
        assert (verdict.result, "found nothing" in verdict.problem) == ("permerror", True)
    else:
        readable = not BREAKS & {lint.code for lint in lints(text, case["domain"])}
        assert readable is (case["valid"] ^ (case["test"].rpartition("::")[2] in DEVIATIONS))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("v=spf1 ptr +all", [("ptr", 7), ("passes-everybody", 11)]),
        ("v=spf1 -all a", [("behind-all", 12)]),
        ("v=spf1 redirect=a.example ~all", [("redirect-beside-all", 7)]),
        ("v=spf1 a", [("open-end", 0)]),
        ("v=spf1 include:amazonaws.com a a -all", [("not-ses", 7), ("twice", 31)]),
        ("v=spf1 ip4:0.0.0.0/0 -all", [("passes-everybody", 7)]),
        ("v=spf1 inc:x -all", [("malformed", 7)]),
        ('"v=spf1 -all"', [("not-a-record", 0)]),
        (" v=spf1 -all", [("not-a-record", 0)]),
        ("v=spf -all", [("not-a-record", 0)]),
        ("v=spf1 include:amazonses.com -all", []),
        ("hello", []),
    ],
)
def test_each_remark_has_its_place(text: str, found: list[tuple[str, int]]) -> None:
    """Its code, and the character at which it stands."""
    assert [(lint.code, lint.offset) for lint in lints(text)] == found


def test_a_record_that_somebody_meant_is_told_from_any_other_text() -> None:
    """Quotes and blanks make a record invisible to recipients."""
    assert almost_record('"v=spf1 -all"')
    assert not almost_record("v=spf1 -all")
    assert not almost_record("google-site-verification=abc")
