"""SPF at one name for one kind of sender, by the tree of the record."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.way import by_spf
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Question, Txt


def result(record: str | None, included: str | None = "v=spf1 ip4:192.0.2.0/24 -all") -> str:
    """What SPF says at a.example of what b.example lets pass."""
    facts: dict[Question[tuple[str, ...]], Observation[tuple[str, ...]]] = {
        Txt("a.example"): Absent() if record is None else Seen(value=(record,)),
        Txt("b.example"): Unknown(reason="late") if included is None else Seen(value=(included,)),
        Txt("c.example"): Seen(value=("v=spf1 -all",)),
    }
    return by_spf(Evidence(facts), "a.example", "b.example").result


@pytest.mark.parametrize(
    ("record", "so"),
    [
        (None, "none"),
        ("v=spf1 include:b.example -all", "pass"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 redirect=c.example", "fail"),
        ("v=spf1 include:%{l}.example -all", "unknown"),
        ("v=spf1 nonsense -all", "permerror"),
        ("v=spf1 include:b.example " + "a " * 10 + "-all", "permerror"),
    ],
)
def test_the_record_decides(record: str | None, so: str) -> None:
    """RFC 7208 4.6.4, 4.7, 5.2."""
    assert result(record) == so


def test_an_include_that_did_not_answer_leaves_it_open() -> None:
    """A name that is listed passes all the same: its own record is not needed for that."""
    assert result("v=spf1 include:b.example -all", None) == "pass"
    assert result("v=spf1 include:c.example -all", None) == "fail"
