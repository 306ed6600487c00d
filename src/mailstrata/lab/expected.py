"""Compares a diagnosis with what its scenario expects: the whole of it, nothing missing and nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mailstrata.lab.scenario import Expect
from mailstrata.model.diagnosis import Diagnosis


def differences(expect: Expect, found: Diagnosis) -> list[str]:
    """One line for each difference; none when all is as expected."""
    lines = []
    if found.verdict != expect.verdict:
        lines.append(f"verdict: {found.verdict}, expected {expect.verdict}")
    lines += _compared("finding", (f"{one.code} {one.role}" for one in found.findings), expect.findings)
    lines += _compared("undetermined", {one.code for one in found.undetermined}, expect.undetermined)
    causes = tuple(one.cause or "-" for one in found.attempts)
    if causes != expect.causes:
        lines.append(f"causes: {', '.join(causes) or 'none'}, expected {', '.join(expect.causes) or 'none'}")
    return lines


def _compared(what: str, said: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    there, expected = Counter(said), Counter(wanted)
    yield from (f"{what} not expected: {name}" for name in sorted((there - expected).elements()))
    yield from (f"{what} missing: {name}" for name in sorted((expected - there).elements()))
