from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.pages.page import AT
from tests.rooms.repair.bench import Bench

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MxHost, PublishedFacts, ServerAnswer
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Mx, Published, Question, Txt
from mailstrata.repair.publishing import SECONDS, published

TXT = Record(name="sailing.example", type="TXT", values=("v=spf1 -all",))
MX = Record(name="bounce.sailing.example", type="MX", values=("10 Feedback-smtp.us-east-1.amazonses.com.",))
HOST = MxHost(preference=10, host="feedback-smtp.us-east-1.amazonses.com")


def _published(record: Record, question: Question[Any], seen: Observation[Any]) -> str:
    bench = Bench(facts={question: seen})
    return asyncio.run(published(record, "sailing.example", bench, bench))


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
        asyncio.run(published(MX, "sailing.example", bench, bench))
    assert error.value.status == 4
    assert SECONDS <= (bench.time - AT).total_seconds() <= SECONDS + 5


def _told(*answers: ServerAnswer) -> dict[Question[Any], Observation[Any]]:
    return {
        Published("sailing.example", MX.name, "MX"): Seen(value=PublishedFacts(answers=answers)),
        Mx(MX.name): Absent(how="NXDOMAIN", ttl=900),
    }


def test_what_the_zones_own_servers_give_is_there_whatever_a_resolver_remembers() -> None:
    """A negative answer may be remembered for long (RFC 2308)."""
    bench = Bench(facts=_told(ServerAnswer(nameserver="ns1.dns.example", values=MX.values)))
    assert asyncio.run(published(MX, "sailing.example", bench, bench)) == "MX bounce.sailing.example is there"
    assert bench.time == AT


def test_one_server_without_it_is_not_all_of_them() -> None:
    """A change is on its way until the last of them has it."""
    right, stale = (
        ServerAnswer(nameserver="ns1.dns.example", values=MX.values),
        ServerAnswer(nameserver="ns2.dns.example", how="NXDOMAIN"),
    )
    bench = Bench(facts=_told(right, stale))
    with pytest.raises(Refusal):
        asyncio.run(published(MX, "sailing.example", bench, bench))


def test_where_no_server_can_be_asked_a_resolver_is_believed() -> None:
    """As behind a firewall that lets only the resolver out."""
    facts = _told(ServerAnswer(nameserver="ns1.dns.example", failure="timed out")) | {Mx(MX.name): Seen(value=(HOST,))}
    bench = Bench(facts=facts)
    assert "is there" in asyncio.run(published(MX, "sailing.example", bench, bench))
