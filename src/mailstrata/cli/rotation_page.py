"""Where a rotation stands, as a page for a person and as the document ``mailstrata.rotation/1``.

    page(Standing(target=target, rotation=rotation, next=told), width=80)

Marks as in a run of fixes: done, waiting, planned, failed. No password is ever in it: the place is named, and the command
that reads it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailstrata.credentials import rotation_words
from mailstrata.credentials.rotation import Rotation, Step
from mailstrata.credentials.rotation_run import Told
from mailstrata.credentials.rotation_target import Target
from mailstrata.model.errors import Refusal
from mailstrata.reports.page import BLANK, Page, Span, Style, fold, paragraph
from mailstrata.reports.words import iso

_MARKS = {
    "done": ("✓", Style.GOOD),
    "waiting": ("→", Style.WARN),
    "next": ("→", Style.WARN),
    "failed": ("✗", Style.BAD),
    "planned": ("·", Style.DIM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is to tell. ``rotation`` is ``None`` when none is under way; ``begun`` is false for a mere plan."""

    target: Target
    rotation: Rotation | None
    begun: bool = True
    evidence: tuple[str, ...] = ()
    taken: tuple[Told, ...] = ()
    next: Told | None = None
    may_probe: bool = False
    refused: Refusal | None = None

    @property
    def state(self) -> str:
        """One word for the whole."""
        if self.refused:
            return "refused"
        if self.rotation is None:
            ends = {Step.TIDY: "complete", Step.REMOVE: "rolled-back"}
            return next((ends[told.step] for told in self.taken if told.step in ends), "none")
        if not self.begun:
            return "planned"
        return "waiting" if self.next and self.next.waiting else "running"

    def steps(self) -> Iterator[tuple[Step, str, str]]:
        """Each step of the way, what it does, and its state."""
        if self.rotation is None:
            return
        for step, title in rotation_words.plan(self.target, self.rotation, may_probe=self.may_probe):
            yield step, title, self._state_of(step, self.rotation)

    def _state_of(self, step: Step, rotation: Rotation) -> str:
        if self.next is not None and self.next.step is step:
            return "waiting" if self.next.waiting else "next"
        if step in rotation.done:
            return "done"
        failed = rotation.open is not None and rotation.open.details["step"] == step and self.refused is not None
        return "failed" if failed else "planned"

    def to_type(self) -> tuple[str, ...]:
        """What is to be typed into Gmail now, where that is waited for."""
        if self.rotation is None or self.next is None or not self.next.waiting or self.next.step is not Step.MOVED:
            return ()
        return tuple(rotation_words.hand_overs(self.target, self.rotation.new))


def taken(told: Told) -> Page:
    """One step that was just done."""
    return fold([Span("✓ ", Style.GOOD), Span(told.step.value, Style.CODE), Span(f"  {told.text}")], 100, hang=2)


def page(standing: Standing, *, width: int) -> Page:
    """The whole, for a person."""
    rotation, user = standing.rotation, standing.target.user
    if rotation is None:
        words = {"complete": "is complete", "rolled-back": "was rolled back"}
        said = words.get(standing.state, "is not under way")
        return paragraph(f"The rotation of {user} {said}.", width)
    lines = [*_head(standing, rotation, width), *BLANK]
    for step, title, state in standing.steps():
        mark, style = _MARKS[state]
        lines += fold([Span(f"{mark} ", style), Span(title)], width, indent=2, hang=2)
        if standing.next is not None and standing.next.step is step:
            lines += fold([Span(_when(standing.next), Style.WARN)], width, indent=6)
    if typed := standing.to_type():
        lines += (*BLANK, *((Span("    "), Span(text)) for text in typed))  # not folded: they are copied
    if standing.evidence:
        lines += BLANK
    for text in standing.evidence:
        lines += fold([Span("  "), Span(text)], width, hang=2)
    return tuple(lines)


def _head(standing: Standing, rotation: Rotation, width: int) -> Page:
    keys = f"{rotation.old or 'no key'} to {rotation.new or 'a new key'}"
    way = " back from" if rotation.back else ""
    began = f", begun {rotation.at:%Y-%m-%d %H:%M} UTC" if standing.begun else ""
    title = f"Rotation of {standing.target.user} for {', '.join(rotation.aliases)}:{way} {keys}{began}"
    return fold([Span(title, Style.HEADING)], width)


def _when(told: Told) -> str:
    return f"{told.text} (until {told.until:%Y-%m-%d %H:%M} UTC)" if told.until else told.text


def document(standing: Standing) -> dict[str, object]:
    """Schema ``mailstrata.rotation/1``."""
    rotation, waits = standing.rotation, standing.next
    return {
        "schema": "mailstrata.rotation/1",
        "state": standing.state,
        "user": standing.target.user,
        "aliases": [alias.address for alias in standing.target.aliases],
        "places": list(standing.target.places()),
        "old": rotation.old or None if rotation else None,
        "new": rotation.new or None if rotation else None,
        "steps": [{"step": step.value, "text": text, "state": state} for step, text, state in standing.steps()],
        "taken": [{"step": told.step.value, "text": told.text} for told in standing.taken],
        "next": {"step": waits.step.value, "text": waits.text, "until": iso(waits.until) if waits.until else None}
        if waits
        else None,
        "type_into_gmail": list(standing.to_type()),
        "evidence": list(standing.evidence),
        "refused": {"message": standing.refused.message, "hint": standing.refused.hint} if standing.refused else None,
    }
