"""The pace of sending, with a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from tests.leaping import LeapingLoop

from mailstrata.adapters.send_pace import SendPace
from mailstrata.relay.pacer import AIM, Pacer, Ticket

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import LivingAws


def _ticket() -> Ticket:
    return Ticket(user="ann", recipients=1)


def test_turns_come_at_the_rate_that_was_set() -> None:
    """Forty turns at 100 a second, of which the first second's worth is free."""

    async def forty() -> None:
        pace = SendPace(Pacer())
        pace.limit(100.0)
        turns = [turn for turn in (pace.ask(_ticket()) for _ in range(130)) if turn]
        assert all(await asyncio.gather(*(pace.granted(turn, patience=20.0) for turn in turns)))
        pace.stop()

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(forty())
        took = runner.get_loop().time()
    assert 0.9 * 40 / (100 * AIM) < took < 1.1 * 40 / (100 * AIM)


def test_who_waits_too_long_gives_up_and_makes_room() -> None:
    """The others go on."""

    async def impatient() -> list[bool]:
        pace = SendPace(Pacer())
        pace.limit(10.0)
        turns = [turn for turn in (pace.ask(_ticket()) for _ in range(12)) if turn]
        patience = [0.0, *[20.0] * (len(turns) - 1)]
        waited = (pace.granted(turn, patience=each) for turn, each in zip(turns, patience, strict=True))
        granted = await asyncio.gather(*waited)
        pace.stop()
        return granted

    granted = asyncio.run(impatient())
    assert (granted[0], {*granted[1:]}) == (False, {True})


@pytest.mark.lab
def test_the_accounts_own_rate_is_asked_for(lab: LivingAws, aws_to: Callable[..., Any]) -> None:
    """GetAccount's MaxSendRate; 14 a second in the lab's account."""

    async def watched() -> float:
        pace = SendPace(Pacer())
        pace.watch(aws_to(lab.url, own_key=lab.administrator), "us-east-1")
        async with asyncio.timeout(20):
            while pace.rate > 1000:
                await asyncio.sleep(0.01)
        pace.stop()
        return pace.rate

    assert asyncio.run(watched()) == pytest.approx(14 * AIM)


def test_a_rate_that_cannot_be_asked_for_holds_nothing_back(
    aws_to: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and SES's throttles set the pace."""

    async def watched() -> float:
        pace = SendPace(Pacer())
        pace.watch(aws_to("http://127.0.0.1:1"), "us-east-1")
        async with asyncio.timeout(20):
            while "sending rate is not known" not in caplog.text:
                await asyncio.sleep(0.01)
        pace.throttled()
        pace.stop()
        return pace.rate

    assert asyncio.run(watched()) < 10
