from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.model.diagnosis import Diagnosis, Verdict
from mailstrata.model.finding import Confidence, Finding, Fix, Gravity, Owner, Role, Stratum
from mailstrata.repair.catalogue import CATALOGUE
from mailstrata.repair.plan import ordered, planned

NAMES = st.integers(0, 8).map(lambda number: f"fix-{number}")
GRAPHS = st.dictionaries(NAMES, st.sets(NAMES, max_size=4), max_size=9)


def _finding(code: str, role: Role, *fixes: str) -> Finding:
    return Finding(
        code=code,
        stratum=Stratum.RELAY,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=code,
        title=code,
        role=role,
        fixes=fixes,
    )


def _fixes(*findings: Finding) -> tuple[Fix, ...]:
    fields: dict[str, Any] = {"strata": (), "undetermined": (), "attempts": ()}
    found = Diagnosis(at=AT, setup=toml_setup(STANDARD_SETUP), verdict=Verdict.BROKEN, findings=findings, **fields)
    return planned(found).fixes


def _reachable(name: str, graph: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    look = [name]
    while look:
        new = (graph.get(look.pop(), set()) & graph.keys()) - found
        found |= new
        look.extend(new)
    return found


@settings(max_examples=120, deadline=None, derandomize=True)
@given(GRAPHS, st.randoms(use_true_random=False))
def test_nothing_stands_before_what_it_comes_after(graph: dict[str, set[str]], chance: Any) -> None:
    """In any graph; only what waits for each other in a ring cannot all be served."""
    names = sorted(graph)
    chance.shuffle(names)
    order = ordered(names, graph)
    assert sorted(order) == sorted(graph)
    for name in graph:
        for before in graph[name] & graph.keys():
            in_a_ring = name in _reachable(before, graph)
            assert in_a_ring or order.index(before) < order.index(name)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.permutations([f"fix-{number}" for number in range(6)]))
def test_what_waits_for_nothing_keeps_its_order(names: list[str]) -> None:
    """Feasibility decides wherever ``after`` does not."""
    assert ordered(names, {}) == names


def test_a_ring_comes_after_all_that_it_waits_for() -> None:
    """And before what waits for it; inside, the order given stands."""
    after = {"a": ["b", "z"], "b": ["a"], "y": ["a"]}
    assert ordered(["y", "b", "a", "z"], after) == ["z", "b", "a", "y"]


def test_the_primary_causes_fixes_come_first() -> None:
    """Then those of the secondary, then what stands aside."""
    fixes = _fixes(
        _finding("one", Role.SIDE, "record-events"),
        _finding("two", Role.SECONDARY, "remove-suppression"),
        _finding("three", Role.PRIMARY, "allow-send"),
    )
    assert [fix.id for fix in fixes] == ["allow-send", "remove-suppression", "record-events"]
    assert [fix.rank for fix in fixes] == [1, 2, 3]


def test_what_a_machine_can_do_comes_before_what_a_person_must() -> None:
    """And typing into Gmail after the credential that is typed."""
    fixes = _fixes(_finding("one", Role.PRIMARY, "retype-in-gmail", "allow-send", "rotate-credentials"))
    assert [fix.id for fix in fixes] == ["rotate-credentials", "retype-in-gmail", "allow-send"]
    assert fixes[1].after == ("rotate-credentials",)


def test_a_fix_that_helps_two_findings_is_one() -> None:
    """It names both codes, and its place is that of the graver."""
    (fix,) = _fixes(_finding("one", Role.SIDE, "publish-records"), _finding("two", Role.PRIMARY, "publish-records"))
    assert fix.codes == ("one", "two")


def test_a_fix_is_its_remedy_with_a_rank() -> None:
    """Everything that the catalogue says of it."""
    (fix,) = _fixes(_finding("one", Role.PRIMARY, "enable-dkim"))
    remedy = CATALOGUE["enable-dkim"]
    for name in ("title", "automatic", "safe", "who", "cost", "minutes", "wait", "steps", "iam", "verify", "undo"):
        assert getattr(fix, name) == getattr(remedy, name)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(Role), st.sets(st.sampled_from(sorted(CATALOGUE)), max_size=4)), max_size=5))
def test_any_choice_of_fixes_has_an_order_that_works(chosen: list[tuple[Role, set[str]]]) -> None:
    """Of the real catalogue: none before its ``after``, each once."""
    fixes = _fixes(*(_finding(f"code-{number}", role, *sorted(ids)) for number, (role, ids) in enumerate(chosen)))
    order = [fix.id for fix in fixes]
    assert sorted(order) == sorted(set().union(*(ids for _, ids in chosen)))
    for fix in fixes:
        assert all(order.index(before) < order.index(fix.id) for before in fix.after)
