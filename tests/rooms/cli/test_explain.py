"""``mailstrata explain``: every code has its page on the terminal."""

from __future__ import annotations

import pytest
from tests.rooms.cli.cli import command

from mailstrata.diagnosis.checks import CHECKS


@pytest.mark.parametrize("code", [check.CODE for check in CHECKS])
def test_each_code_is_explained(capsys: pytest.CaptureFixture[str], code: str) -> None:
    """The page has its four headings and no line beyond 100 columns."""
    ran = command(capsys, "explain", code)

    headings = ["What it sees", "Why it matters", "How to put it right", "Read more"]
    assert ran.status == 0
    assert [line for line in ran.out.splitlines() if line in headings] == headings
    assert max(len(line) for line in ran.out.splitlines()) <= 100


def test_an_unknown_code_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is answered with what was meant."""
    ran = command(capsys, "explain", "key-inactiv")

    assert (ran.status, ran.err) == (2, "mailstrata: there is no code key-inactiv (did you mean key-inactive?)\n")


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each: stratum, code and the fault in a sentence."""
    ran = command(capsys, "explain")

    assert [line.split()[1] for line in ran.out.splitlines()] == [check.CODE for check in CHECKS]
