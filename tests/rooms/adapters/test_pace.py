"""One request a second in each region, and no more."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.adapters.pace import Pace


def _seconds(*doors: tuple[str, str], rate: float, burst: int = 1) -> float:
    async def all_turns() -> float:
        pace = Pace({"sesv2": rate}, burst=burst)
        before = time.monotonic()
        await asyncio.gather(*(pace.turn(*door) for door in doors))
        return time.monotonic() - before

    return asyncio.run(all_turns())


def test_the_first_turn_is_free_and_each_further_one_waits() -> None:
    """Four turns at 50 a second take three intervals of 20 ms."""
    assert _seconds(*[("sesv2", "us-east-1")] * 4, rate=50) >= 0.06


def test_regions_do_not_hold_each_other_back() -> None:
    """Each region has its own bucket, as each has its own limit at AWS."""
    assert _seconds(("sesv2", "us-east-1"), ("sesv2", "eu-west-1"), ("iam", ""), ("iam", ""), rate=0.01) < 60


def test_a_burst_is_let_through_at_once() -> None:
    """With a burst of three, the fourth turn is the first that waits."""
    assert _seconds(*[("sesv2", "us-east-1")] * 3, rate=0.01, burst=3) < 60
    assert _seconds(*[("sesv2", "us-east-1")] * 4, rate=20, burst=3) >= 0.05


@settings(max_examples=5, deadline=None)
@given(turns=st.integers(2, 6), rate=st.sampled_from([100.0, 200.0]))
def test_the_rate_is_never_exceeded(turns: int, rate: float) -> None:
    """Any number of turns takes at least as long as the rate says."""
    assert _seconds(*[("sesv2", "us-east-1")] * turns, rate=rate) >= (turns - 1) / rate


def test_one_pace_serves_several_event_loops() -> None:
    """A command may run its diagnosis and its repair in two loops, and is paced over both."""
    pace = Pace({"sesv2": 20})
    before = time.monotonic()
    for _ in range(2):
        asyncio.run(pace.turn("sesv2", "us-east-1"))
    assert time.monotonic() - before >= 0.05


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_rate_that_is_not_positive_is_refused(rate: float) -> None:
    """Such a pace would never let anybody through."""
    with pytest.raises(ValueError, match="more than 0"):
        Pace({"sesv2": rate})
