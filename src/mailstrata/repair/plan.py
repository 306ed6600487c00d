"""Puts the fixes of a diagnosis in an order that works.

A fix that helps the primary cause comes before one that helps the secondary; what a machine can do comes before what a
person must; and none stands before what it names in ``after``, because removing a suppression entry before its cause is
mended only makes the next hard bounce.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.model.finding import Finding, Fix, Role
from mailstrata.repair.catalogue import CATALOGUE, Remedy

_ROLES = (Role.PRIMARY, Role.SECONDARY, Role.EFFECT, Role.SIDE)


def planned(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with its fixes, ranked from 1."""
    return dataclasses.replace(diagnosis, fixes=tuple(_fixes(diagnosis.findings)))


def _fixes(findings: Iterable[Finding]) -> Iterable[Fix]:
    helped: dict[str, list[Finding]] = {}
    for finding in findings:
        for fix in finding.fixes:
            helped.setdefault(fix, []).append(finding)
    for rank, fix in enumerate(_ordered(helped), start=1):
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


def _ordered(helped: Mapping[str, list[Finding]], catalogue: Mapping[str, Remedy] = CATALOGUE) -> list[str]:
    """The fixes' ids: of those whose ``after`` is done always the most feasible next. A ring of ``after`` is cut there."""
    left = sorted(helped, key=lambda name: (_feasibility(catalogue[name], helped[name]), name))
    order: list[str] = []
    while left:
        ready = [name for name in left if not any(before in left for before in catalogue[name].after)]
        order.append((ready or left)[0])
        left.remove(order[-1])
    return order


def _feasibility(remedy: Remedy, findings: Iterable[Finding]) -> tuple[int, bool, int, int]:
    role = min(_ROLES.index(finding.role) for finding in findings)
    return role, not remedy.automatic, ("you", "aws", "google", "recipient").index(remedy.who), remedy.minutes
