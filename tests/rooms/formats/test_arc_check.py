"""Whether an ARC chain holds, by ValiMail's suite."""

from __future__ import annotations

from typing import Any

import pytest
from tests.corpora import cases
from tests.paper_zone import Zone

from mailstrata.formats.arc_check import check

SUITE = cases("arc", "validation.jsonl")
DEVIATIONS = {"cv_fail_i1_as_cv_fail", "cv_fail_i2_as2_fail", "cv_fail_i2_as1_fail"}
"""The suite, older than the RFC, says none; docs/suite-deviations.md."""


def verdict(case: dict[str, Any], **zone: Any) -> Any:
    """What is concluded of a case."""
    return check(Zone({name: [{"TXT": text}] for name, text in case["txt"].items()} | zone), case["message"].encode())


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case["name"])
def test_the_suite_says_the_state_of_the_chain(case: dict[str, Any]) -> None:
    """168 of 171; a seal that says fail makes the chain fail (RFC 8617 5.2 step 2)."""
    assert verdict(case).result == ("fail" if case["name"] in DEVIATIONS else case["cv"])


@pytest.mark.skipif(not SUITE, reason="the corpus arc is not on this machine (set MAILSTRATA_CORPORA)")
def test_a_key_that_does_not_come_is_a_temperror() -> None:
    """And never a failure."""
    case = next(case for case in SUITE if case["name"] == "cv_pass_i1_1")
    late = check(Zone({name: ["TIMEOUT"] for name in case["txt"]}), case["message"].encode())
    assert late.result == "temperror"
    assert verdict(case).sealers == ("example.org",)


@pytest.mark.skipif(not SUITE, reason="the corpus arc is not on this machine (set MAILSTRATA_CORPORA)")
def test_the_suite_is_whole() -> None:
    """A case that is lost is no case that passes."""
    assert len(SUITE) == 171
