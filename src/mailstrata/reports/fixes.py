"""A run of fixes for a person: each step with its mark, what was before and what is now.

    page(FixRun(fixes=(FixShown(id="remove-suppression", title="…", steps=(StepShown(text="…", state=StepState.DONE),)),)))

``repair`` and ``reports`` are strangers: whoever carried the fixes out fills in these values.
"""

from __future__ import annotations

from enum import StrEnum

from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.human import WIDTH
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold


class StepState(StrEnum):
    """``planned``: nothing was done yet. ``waiting``: a person must do it. ``skipped``: not tried, as one before failed."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One step: what it does, and in ``detail`` what came of it (never a secret)."""

    text: str
    state: StepState = StepState.PLANNED
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixShown:
    """One fix: its steps, what stood ``before`` and stands ``after`` them, how it was verified and how it is undone."""

    id: str
    title: str
    steps: tuple[StepShown, ...] = ()
    before: str = ""
    after: str = ""
    verified: str = ""
    undo: str = ""

    @property
    def state(self) -> StepState:
        """The state of the whole: failed if a step is, done only if every step is."""
        states = [step.state for step in self.steps] or [StepState.PLANNED]
        for state in (StepState.FAILED, StepState.SKIPPED, StepState.WAITING, StepState.PLANNED):
            if state in states:
                return state
        return StepState.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRun:
    """All fixes of one run. ``applied`` is false for a plan that changed nothing."""

    fixes: tuple[FixShown, ...]
    applied: bool = False


_MARKS = {
    StepState.PLANNED: ("·", Style.DIM),
    StepState.DONE: ("✓", Style.GOOD),
    StepState.FAILED: ("✗", Style.BAD),
    StepState.SKIPPED: ("-", Style.DIM),
    StepState.WAITING: ("→", Style.WARN),
}
_WORDS = {
    StepState.PLANNED: "planned",
    StepState.DONE: "done",
    StepState.FAILED: "failed",
    StepState.SKIPPED: "not tried",
    StepState.WAITING: "for a person to do",
}


def page(run: FixRun, *, width: int = WIDTH) -> Page:
    """The run, one block a fix, and a last line that counts."""
    lines: list[Line] = []
    for fix in run.fixes:
        lines += (*_fix(fix, width), *BLANK)
    return (*lines, *fold([Span(_summary(run))], width))


def _fix(fix: FixShown, width: int) -> Page:
    mark, style = _MARKS[fix.state]
    lines = [*fold([Span(f"{mark} ", style), Span(fix.id, Style.CODE), Span(f"  {fix.title}")], width, hang=2)]
    for step in fix.steps:
        lines += _step(step, width)
    for label, text in (("before", fix.before), ("after", fix.after), ("proof", fix.verified), ("undo", fix.undo)):
        lines += fold([Span(f"{label:<8}", Style.DIM), Span(text)], width, indent=4, hang=8) if text else ()
    return tuple(lines)


def _step(step: StepShown, width: int) -> Page:
    mark, style = _MARKS[step.state]
    head = fold([Span(f"{mark} ", style), Span(step.text)], width, indent=4, hang=2)
    return (*head, *fold([Span(step.detail, Style.DIM)], width, indent=6)) if step.detail else head


def _summary(run: FixRun) -> str:
    states = [fix.state for fix in run.fixes]
    parts = [f"{states.count(state)} {word}" for state, word in _WORDS.items() if state in states]
    counted = f"{words.count(len(states), 'fix', 'fixes')}: {', '.join(parts)}." if parts else "Nothing to fix."
    return counted if run.applied or not parts else counted + " Nothing was changed: add --apply to carry it out."
