from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.lab.ses.state import SesRegion, Tally

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))), st.integers(-5, 60))
def test_a_tally_is_the_sum_since_a_moment(entries: list[tuple[int, int]], since: int) -> None:
    """However many were counted at the same moment."""
    tally = Tally()
    for second, number in sorted(entries):
        tally.add(NOON + timedelta(seconds=second), number)
    assert tally.since(NOON + timedelta(seconds=since)) == sum(number for at, number in entries if at >= since)


def test_an_arn_names_region_and_account() -> None:
    """As IAM policies write it."""
    region = SesRegion(name="eu-west-1", account="123456789012")
    assert region.arn("identity", "sailing.example") == "arn:aws:ses:eu-west-1:123456789012:identity/sailing.example"
