"""When a spooled mail is tried again, and when it is given up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.relay.retry import FIRST, GIVE_UP, LONGEST, next_try


@given(st.integers(1, 60), st.integers(0, GIVE_UP - 1), st.integers(0, 2**62))
def test_the_next_try_is_later_and_not_much_later(tries: int, now: int, row: int) -> None:
    """Never at once, and never after the longest wait and its spread."""
    due = next_try(tries=tries, since=0, now=now, row=row)
    assert due is not None
    assert now + 1000 <= due <= now + LONGEST * 6 // 5


def test_waits_double() -> None:
    """Half a minute, a minute, two, …, half an hour."""
    waits = [next_try(tries=tries, since=0, now=0, row=0) for tries in range(1, 9)]
    assert waits == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, 16 * FIRST, 32 * FIRST, LONGEST, LONGEST]


def test_mails_that_failed_together_do_not_come_back_together() -> None:
    """The waits of neighbouring rows differ."""
    dues = [next_try(tries=1, since=0, now=0, row=row) for row in range(100)]
    assert len({*dues}) > 50


def test_the_last_try_is_at_the_end_and_then_it_is_given_up() -> None:
    """Not half an hour after the end."""
    assert next_try(tries=30, since=0, now=GIVE_UP - 5000, row=3) == GIVE_UP
    assert next_try(tries=31, since=0, now=GIVE_UP, row=3) is None
