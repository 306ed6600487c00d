from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailstrata.model.attempt import Outcome, Via
from mailstrata.model.diagnosis import StratumState, Verdict
from mailstrata.reports import words

AT = datetime(2026, 5, 12, 20, 43, 7, tzinfo=timezone(timedelta(hours=2)))
NOW = datetime(2026, 5, 12, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (90, "1 h 30 min"), (2880, "2 days")]
)
def test_durations_are_said_in_the_unit_that_fits(minutes: int, text: str) -> None:
    """Minutes, hours, days."""
    assert words.duration(minutes) == text


def test_counts_agree_with_their_noun() -> None:
    """One cause, two causes, no fixes."""
    assert [words.count(1, "cause"), words.count(2, "cause"), words.count(0, "fix", "fixes")] == [
        "1 cause",
        "2 causes",
        "0 fixes",
    ]


def test_lists_end_in_and() -> None:
    """As a sentence has them."""
    assert [words.listed([]), words.listed(["a"]), words.listed(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_runs_of_numbers_are_drawn_together() -> None:
    """From three on."""
    assert words.numbers([5, 1, 2, 3, 7, 8, 8]) == "1-3, 5, 7, 8"


def test_times_are_utc_and_say_the_day_only_where_it_is_another() -> None:
    """So that a line is short and never ambiguous."""
    assert words.second(AT) == "12 May 2026 18:43:07 UTC"
    assert words.second(AT, NOW) == "18:43:07 UTC"
    assert words.second(AT, NOW + timedelta(days=1)) == "12 May 2026 18:43:07 UTC"
    assert words.minute(AT, NOW) == "12 May 18:43"
    assert words.minute(AT, NOW.replace(year=2027)) == "12 May 2026 18:43"


def test_iso_times_have_milliseconds_only_where_there_are_any() -> None:
    """RFC 3339 with Z."""
    assert words.iso(AT) == "2026-05-12T18:43:07Z"
    assert words.iso(AT.replace(microsecond=120_000)) == "2026-05-12T18:43:07.120Z"


def test_every_value_has_its_word() -> None:
    """A new way, outcome, state or verdict cannot be forgotten."""
    assert set(words.WAYS) == set(Via)
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.STATES) == set(StratumState)
    assert set(words.VERDICTS) == set(Verdict)
