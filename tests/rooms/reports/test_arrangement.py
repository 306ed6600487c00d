from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.reports.incident import HIDES_CAUSE, KEY_INACTIVE, LOGIN_REFUSED, RECIPIENT_SUPPRESSED

from mailstrata.model.finding import Finding
from mailstrata.reports.arrangement import Told, arranged

CODES = st.sampled_from(["a", "b", "c", None])


def codes(told: Iterable[Told]) -> list[object]:
    """The arrangement as nested lists of codes."""
    return [[each.finding.code, [parent.code for parent in each.seen_as], codes(each.effects)] for each in told]


def count(told: Iterable[Told]) -> int:
    """How many findings are told, in whatever place."""
    return sum(1 + len(each.seen_as) + count(each.effects) for each in told)


def test_a_mechanism_takes_the_place_of_what_it_refines_and_an_effect_stands_under_its_cause() -> None:
    """In whatever order they were found."""
    found = (HIDES_CAUSE, LOGIN_REFUSED, RECIPIENT_SUPPRESSED, KEY_INACTIVE)
    assert codes(arranged(found)) == [
        ["recipient-suppressed", [], [["suppression-hides-cause", [], []]]],
        ["key-inactive", ["login-refused"], []],
    ]


def test_two_refusals_of_which_one_is_explained_stay_two() -> None:
    """Another alias's refusal is not this key's."""
    other = replace(LOGIN_REFUSED, subject="crew@sailing.example", explains=("attempt-9",), stops=())
    assert codes(arranged((LOGIN_REFUSED, other, KEY_INACTIVE))) == [
        ["login-refused", [], []],
        ["key-inactive", ["login-refused"], []],
    ]


def test_an_effect_of_what_is_refined_stands_under_what_refines_it() -> None:
    """Since that is the line that is printed."""
    effect = replace(HIDES_CAUSE, caused_by="login-refused")
    assert codes(arranged((LOGIN_REFUSED, KEY_INACTIVE, effect))) == [
        ["key-inactive", ["login-refused"], [["suppression-hides-cause", [], []]]]
    ]


def test_an_effect_whose_cause_was_not_found_stands_alone() -> None:
    """It is not lost with it."""
    assert codes(arranged((HIDES_CAUSE,))) == [["suppression-hides-cause", [], []]]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), CODES, CODES), max_size=7))
def test_whatever_the_edges_every_finding_is_told_once(edges: list[tuple[str, str | None, str | None]]) -> None:
    """Circles included."""
    found: tuple[Finding, ...] = tuple(
        replace(KEY_INACTIVE, code=code, refines=refines, caused_by=cause) for code, refines, cause in edges
    )
    assert count(arranged(found)) == len(found)
