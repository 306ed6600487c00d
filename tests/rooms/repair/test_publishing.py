from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.pages.page import AT
from tests.rooms.repair.bench import Bench

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MxHost
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Mx, Question, Txt
from mailstrata.repair.publishing import SECONDS, published

TXT = Record(name="sailing.example", type="TXT", values=("v=spf1 -all",))
MX = Record(name="bounce.sailing.example", type="MX", values=("10 Feedback-smtp.us-east-1.amazonses.com.",))
HOST = MxHost(preference=10, host="feedback-smtp.us-east-1.amazonses.com")


def _published(record: Record, question: Question[Any], seen: Observation[Any]) -> str:
    bench = Bench(facts={question: seen})
    return asyncio.run(published(record, bench, bench))


@pytest.mark.parametrize(
    ("record", "question", "value"),
    [
        (TXT, Txt("sailing.example"), ("v=spf1 -all",)),
        (TXT, Txt("sailing.example"), ("another", "v=spf1 -all")),
        (MX, Mx("bounce.sailing.example"), (HOST,)),
    ],
)
def test_a_record_that_is_seen_is_there(record: Record, question: Question[Any], value: Any) -> None:
    """Other TXT records may stand beside it; names are compared without case and last dot (RFC 4343)."""
    assert _published(record, question, Seen(value=value)) == f"{record.type} {record.name} is there"


@pytest.mark.parametrize(
    "seen",
    [
        Absent(),
        Unknown(reason="timed out"),
        Seen(value=(HOST, MxHost(preference=20, host="old.example"))),
        Seen(value=()),
    ],
)
def test_a_record_that_is_not_seen_is_refused_after_a_minute(seen: Observation[Any]) -> None:
    """A second MX beside it would still take the bounces: all must be as wanted."""
    bench = Bench(facts={Mx("bounce.sailing.example"): seen})
    with pytest.raises(Refusal, match="not seen yet") as error:
        asyncio.run(published(MX, bench, bench))
    assert error.value.status == 4
    assert SECONDS <= (bench.time - AT).total_seconds() <= SECONDS + 5
