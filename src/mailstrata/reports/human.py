"""The whole report for a person: the answer first, then the proof.

    page(diagnosis, width=100)

Answer · the way of the mail · mails · findings by layer · what is fine · what cannot be known · fixes · a line to grep.
"""

from __future__ import annotations

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.model.finding import Finding, Role
from mailstrata.reports import answer, details, mails, path, remedies, surroundings
from mailstrata.reports.page import BLANK, NARROWEST, Page, Span, Style
from mailstrata.reports.story import Story

WIDTH = 100
"""Columns of the report where no terminal says otherwise."""
WIDEST = 120
"""Wider lines are hard to read: a wider terminal keeps a margin."""


def page(diagnosis: Diagnosis, *, width: int = WIDTH) -> Page:
    """The report in so many columns, at least 40 and at most 120."""
    story = Story.of(diagnosis)
    columns = min(max(width, NARROWEST), WIDEST)
    return (
        *answer.answer(story, columns),
        *path.path(story, columns),
        *mails.mail_list(story, columns),
        *details.findings(story, columns),
        *surroundings.fine(story, columns),
        *surroundings.unknown(story, columns),
        *remedies.remedies(story, columns),
        *BLANK,
        (Span(last_line(story), Style.DIM),),
    )


def last_line(story: Story) -> str:
    """One line for scripts, never folded: ``broken: causes=2 effects=1 unknown=1 arrived=0/3 primary=key-inactive …``."""
    diagnosis = story.diagnosis
    primary, secondary = story.with_role(Role.PRIMARY), story.with_role(Role.SECONDARY)
    arrived = len(diagnosis.attempts) - len(story.undelivered)
    values = {
        "causes": len(primary + secondary),
        "effects": len(story.with_role(Role.EFFECT)),
        "unknown": len(diagnosis.undetermined),
        "arrived": f"{arrived}/{len(diagnosis.attempts)}",
        "primary": _codes(primary),
        "secondary": _codes(secondary),
    }
    return f"{diagnosis.verdict.value}: " + " ".join(f"{name}={value}" for name, value in values.items())


def _codes(findings: tuple[Finding, ...]) -> str:
    return ",".join(dict.fromkeys(finding.code for finding in findings)) or "-"
