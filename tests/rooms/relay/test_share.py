"""A login's rate and share, as arithmetic."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.relay.talking import NOON

from mailstrata.model.reply import Reply
from mailstrata.relay.share import Bounds, Share, drawn, given_back


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30)), max_size=60), st.integers(1, 40))
def test_over_any_hour_the_rate_holds(mails: list[tuple[int, int]], rate: int) -> None:
    """A minute's worth at once, then as many as flow in, and one message's overhang."""
    share, at, sent = Share(), NOON, 0
    for pause, recipients in mails:
        at += timedelta(seconds=pause)
        after = drawn(share, Bounds(rate=rate), recipients=recipients, at=at)
        if isinstance(after, Share):
            share, sent = after, sent + recipients
    assert sent <= rate + rate * (at - NOON).total_seconds() / 60 + 30


def test_a_new_day_begins_at_midnight_utc() -> None:
    """The share is back, whatever was sent."""
    share = drawn(Share(), Bounds(daily=5), recipients=5, at=NOON)
    assert isinstance(share, Share)
    assert isinstance(drawn(share, Bounds(daily=5), recipients=1, at=NOON), Reply)
    assert isinstance(drawn(share, Bounds(daily=5), recipients=1, at=NOON + timedelta(hours=12)), Share)


def test_a_message_larger_than_the_day_is_refused_for_good() -> None:
    """It would be tried again for days, and fit on none."""
    refusal = drawn(Share(), Bounds(daily=5), recipients=6, at=NOON)
    assert str(refusal) == "550 5.7.1 This login may send to 5 recipients a day, and the message has 6"


def test_a_message_larger_than_the_rate_waits_for_a_full_bucket() -> None:
    """It is not refused for ever."""
    share = drawn(Share(), Bounds(rate=10), recipients=30, at=NOON)
    assert isinstance(share, Share)
    assert isinstance(drawn(share, Bounds(rate=10), recipients=1, at=NOON + timedelta(seconds=100)), Reply)
    assert isinstance(drawn(share, Bounds(rate=10), recipients=1, at=NOON + timedelta(minutes=3)), Share)


def test_what_did_not_leave_is_given_back() -> None:
    """A message that SES refused costs nothing."""
    share = drawn(Share(), Bounds(daily=5), recipients=5, at=NOON)
    assert isinstance(share, Share)
    assert given_back(share, 5).sent == 0


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    """Time that did not pass fills no bucket."""
    share = drawn(Share(), Bounds(rate=10), recipients=10, at=NOON)
    assert isinstance(share, Share)
    assert isinstance(drawn(share, Bounds(rate=10), recipients=1, at=NOON - timedelta(hours=1)), Reply)
