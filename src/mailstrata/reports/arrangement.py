"""The order of findings on a page: effects under their cause, a mechanism in place of what it refines, each once.

A finding that another one refines is no line of its own: it is what the refining one was "seen as". If two aliases are
refused and only one refusal is explained, the other stays: they belong together only when they share a mail. Edges that
run in a circle (no check should make one) are cut, so that every finding is told whatever the edges are.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.model.finding import Finding
from mailstrata.model.values import dataclass

Edges = Mapping[int, int | None]
"""From a finding to the one above it, by position; ``None`` at the top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding with all that is printed with it."""

    finding: Finding
    seen_as: tuple[Finding, ...] = ()
    effects: tuple[Told, ...] = ()


def arranged(findings: tuple[Finding, ...]) -> tuple[Told, ...]:
    """All findings, each once, in the order given."""
    positions = range(len(findings))
    refiners = _without_circles({each: _refiner(each, findings) for each in positions})
    shown = [each for each in positions if refiners[each] is None]
    causes = _without_circles({each: _cause(each, findings, refiners) for each in shown})
    arrangement = _Arrangement(findings=findings, refiners=refiners, causes=causes)
    return tuple(arrangement.told(each) for each in shown if causes[each] is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrangement:
    findings: tuple[Finding, ...]
    refiners: Edges
    causes: Edges

    def told(self, position: int) -> Told:
        below = [other for other, cause in self.causes.items() if cause == position]
        return Told(
            finding=self.findings[position],
            seen_as=self.seen_as(position),
            effects=tuple(self.told(other) for other in below),
        )

    def seen_as(self, position: int) -> tuple[Finding, ...]:
        """What a finding stands for, the nearest first: it may refine what refines another."""
        nearest = [other for other, refiner in self.refiners.items() if refiner == position]
        further = [finding for other in nearest for finding in self.seen_as(other)]
        return tuple(self.findings[other] for other in nearest) + tuple(further)


def _together(one: Finding, other: Finding) -> bool:
    """Whether two findings may be about the same mails: they share one, or one of them is about none."""
    left, right = set(one.explains + one.stops), set(other.explains + other.stops)
    return not left or not right or bool(left & right)


def _refiner(position: int, findings: tuple[Finding, ...]) -> int | None:
    """The finding that takes the place of this one."""
    parent = findings[position]
    refining = (other for other, each in enumerate(findings) if each.refines == parent.code and other != position)
    return next((other for other in refining if _together(findings[other], parent)), None)


def _cause(position: int, findings: tuple[Finding, ...], refiners: Edges) -> int | None:
    """The finding that an effect is printed under: of its cause's code, sharing a mail where one does."""
    effect = findings[position]
    causes = [other for other, each in enumerate(findings) if each.code == effect.caused_by and other != position]
    cause = next((other for other in causes if _together(findings[other], effect)), next(iter(causes), None))
    while cause is not None and refiners[cause] is not None:
        cause = refiners[cause]
    return None if cause == position else cause


def _without_circles(edges: Edges) -> dict[int, int | None]:
    """The same edges, cut where following them leads back."""
    whole = dict(edges)
    for start in edges:
        seen, position = {start}, whole[start]
        while position is not None and position not in seen:
            seen.add(position)
            position = whole[position]
        if position is not None:
            whole[start] = None
    return whole
