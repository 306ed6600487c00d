"""Puts the fixes of a diagnosis in an order that works.

A fix that helps the primary cause comes before one that helps the secondary; what a machine can do comes before what a
person must; and none stands before what it names in ``after``, because removing a suppression entry before its cause is
mended only makes the next hard bounce.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

from mailstrata.model.diagnosis import Alternative, Diagnosis
from mailstrata.model.finding import Finding, Fix, Letter, Role
from mailstrata.repair.catalogue import CATALOGUE, Remedy

_ROLES = (Role.PRIMARY, Role.SECONDARY, Role.EFFECT, Role.SIDE)


def planned(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with its fixes, ranked from 1."""
    fixes = tuple(_with_letters(fix, diagnosis.letters) for fix in _fixes(diagnosis.findings))
    others = (_other(one, rank) for rank, one in enumerate(diagnosis.alternatives, start=len(fixes) + 1))
    return dataclasses.replace(diagnosis, fixes=(*fixes, *others))


def _with_letters(fix: Fix, letters: Iterable[Letter]) -> Fix:
    return dataclasses.replace(fix, letters=tuple(letter for letter in letters if letter.fix == fix.id))


def _other(alternative: Alternative, rank: int) -> Fix:
    """Another way, behind all fixes; it mends no finding, so it is for none."""
    fix = _fix(alternative.id, rank, {alternative.id: []})
    return dataclasses.replace(fix, steps=(*fix.steps, *alternative.tells))


def _fixes(findings: Iterable[Finding]) -> Iterable[Fix]:
    helped: dict[str, list[Finding]] = {}
    for finding in findings:
        for fix in finding.fixes:
            helped.setdefault(fix, []).append(finding)
    feasible = sorted(helped, key=lambda name: (_feasibility(CATALOGUE[name], helped[name]), name))
    after = {name: CATALOGUE[name].after for name in helped}
    for rank, fix in enumerate(ordered(feasible, after), start=1):
        yield _fix(fix, rank, helped)


def _fix(name: str, rank: int, helped: Mapping[str, list[Finding]]) -> Fix:
    remedy = CATALOGUE[name]
    return Fix(
        id=name,
        rank=rank,
        title=remedy.title,
        codes=tuple(dict.fromkeys(finding.code for finding in helped[name])),
        automatic=remedy.automatic,
        safe=remedy.safe,
        who=remedy.who,
        cost=remedy.cost,
        minutes=remedy.minutes,
        wait=remedy.wait,
        after=tuple(before for before in remedy.after if before in helped),
        steps=remedy.steps,
        iam=remedy.iam,
        verify=remedy.verify,
        undo=remedy.undo,
    )


def ordered(names: Sequence[str], after: Mapping[str, Collection[str]]) -> list[str]:
    """``names`` in their order, but none before what ``after`` says that it comes after.

    Names that wait for each other in a ring come in their order once all that the ring waits for is there.
    """
    left = list(names)
    order: list[str] = []
    while left:
        order.append(next(name for name in left if _is_ready(name, left, after)))
        left.remove(order[-1])
    return order


def _is_ready(name: str, left: Collection[str], after: Mapping[str, Collection[str]]) -> bool:
    """Whether ``name`` waits for nothing that is left but such as waits for it in turn."""
    return all(name in _waited_for(before, left, after) for before in _waited_for(name, left, after))


def _waited_for(name: str, left: Collection[str], after: Mapping[str, Collection[str]]) -> set[str]:
    """All of ``left`` that must stand before ``name``, through others too."""
    found: set[str] = set()
    look = [name]
    while look:
        before = {one for one in after.get(look.pop(), ()) if one in left} - found
        found |= before
        look.extend(before)
    return found


def _feasibility(remedy: Remedy, findings: Iterable[Finding]) -> tuple[int, bool, int, int]:
    role = min(_ROLES.index(finding.role) for finding in findings)
    return role, not remedy.automatic, ("you", "aws", "google", "recipient").index(remedy.who), remedy.minutes
