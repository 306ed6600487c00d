"""What is fine, and what cannot be known with what would settle it: neither is a finding, both are part of the answer.

✓ identity   3 of 3 DKIM CNAMEs point to SES's keys

? key-inactive, key-absent  AKIAEXAMPLE
  AWS could not be asked: no credentials were found
  would settle it: AWS credentials
"""

from __future__ import annotations

from mailstrata.model.diagnosis import StratumReport
from mailstrata.model.finding import Undetermined
from mailstrata.reports import words
from mailstrata.reports.page import Line, Page, Span, Style, fold, heading, paragraph
from mailstrata.reports.story import Story


def fine(story: Story, width: int) -> Page:
    """What was looked at and is well, one line each."""
    lines = [line for report in story.diagnosis.strata for line in _well(report, width)]
    return (*heading("FINE"), *lines) if lines else ()


def _well(report: StratumReport, width: int) -> Page:
    lines: list[Line] = []
    for number, text in enumerate(report.fine):
        label = "" if number else report.name.value
        spans = [Span("✓ ", Style.GOOD), Span(f"{label:<11}", Style.DIM), Span(text)]
        lines += fold(spans, width, indent=2, hang=13)
    return tuple(lines)


def unknown(story: Story, width: int) -> Page:
    """What could not be determined, and what was left unasked on purpose."""
    every = story.diagnosis.undetermined
    unknown, unasked = ([each for each in every if each.unasked is wanted] for wanted in (False, True))
    return (*_grouped("NOT KNOWN", unknown, width), *_grouped("NOT ASKED", unasked, width))


def _grouped(title: str, entries: list[Undetermined], width: int) -> Page:
    """What has one reason stands together, so that one missing permission is said once."""
    groups: dict[tuple[str, str], list[Undetermined]] = {}
    for each in entries:
        groups.setdefault((each.reason, each.needs), []).append(each)
    lines = [line for group in groups.values() for line in _group(group, width)]
    return (*heading(title), *lines) if lines else ()


def _group(group: list[Undetermined], width: int) -> Page:
    codes = list(dict.fromkeys(each.code for each in group))
    subjects = list(dict.fromkeys(each.subject for each in group if each.subject))
    head = [Span("? ", Style.UNKNOWN), Span(", ".join(codes), Style.CODE)]
    if len(subjects) == 1:
        head.append(Span(f"  {subjects[0]}"))
    lines = [*fold(head, width, indent=2, hang=2)]
    if len(subjects) > 1:
        lines += paragraph("of " + words.listed(subjects), width, indent=4, style=Style.DIM)
    lines += paragraph(group[0].reason, width, indent=4)
    if group[0].needs and not group[0].unasked:
        settle = [Span("would settle it: ", Style.DIM), Span(group[0].needs)]
        lines += fold(settle, width, indent=4, hang=2)
    return tuple(lines)
