"""A plan for a domain, for a person: what is right, what is to be done and by whom, and the records in the shape they need.

page(PlanShown(domain="sailing.example", region="us-east-1", changes=(ChangeShown(...),)), width=100)
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.formats.dns_record import form_fields, zone_lines
from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.finding import Record
from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold, heading, paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """One change. ``by_person`` when no machine makes it; ``safe`` is false when it is made only by its name."""

    id: str
    title: str
    why: str
    by_person: bool
    safe: bool
    records: tuple[Record, ...] = ()
    before: tuple[Record, ...] = ()
    steps: tuple[str, ...] = ()
    verify: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShown:
    """The plan of one domain; ``gaps`` are pairs of what could not be planned and why."""

    domain: str
    region: str
    changes: tuple[ChangeShown, ...] = ()
    right: tuple[str, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()


def page(plan: PlanShown, *, width: int, shape: str = "table") -> Page:
    """The whole plan, its records in a ``shape``: ``table`` to read, ``zone`` for a zone file, ``form`` for a provider's."""
    lines: list[Line] = [*fold([Span(f"{plan.domain}", Style.HEADING), Span(f"  {plan.region}")], width), *BLANK]
    for text in plan.right:
        lines += fold([Span("✓ ", Style.GOOD), Span(text)], width, hang=2)
    for subject, reason in plan.gaps:
        lines += fold([Span("◌ ", Style.UNKNOWN), Span(f"{subject}: {reason}")], width, hang=2)
    machine = [change for change in plan.changes if not change.by_person]
    person = [change for change in plan.changes if change.by_person]
    for title, some in (("BY MAILSTRATA", machine), ("BY A PERSON", person)):
        if some:
            lines += heading(title)
            for change in some:
                lines += _change(change, plan.domain, width, shape=shape)
    return (*lines, *BLANK, *paragraph(_summary(plan, machine, person), width))


def _change(change: ChangeShown, apex: str, width: int, *, shape: str) -> Iterator[Line]:
    warning = () if change.safe else (Span("  not safe: made only when it is named", Style.WARN),)
    yield from fold([Span(change.id, Style.CODE), Span(f"  {change.title}"), *warning], width, indent=2, hang=2)
    yield from fold([Span("because ", Style.DIM), Span(change.why)], width, indent=4, hang=8)
    for step in change.steps:
        yield from fold([Span("→ ", Style.WARN), Span(step)], width, indent=4, hang=2)
    there = {(one.name, one.type): one for one in change.before}
    for record in change.records:
        for line in _replaced(there.get((record.name, record.type)), record):
            yield (Span("    - ", Style.BAD), *line)
        for line in _record(record, apex, shape):
            yield (Span("    + ", Style.GOOD), *line)
    for label, text in (("proof", change.verify), ("undo", change.undo)):
        if text:
            yield from fold([Span(f"{label:<8}", Style.DIM), Span(text)], width, indent=4, hang=8)


def _replaced(before: Record | None, record: Record) -> Iterator[Line]:
    """What goes away: values that stand there, texts without quotes, and are not among the new ones."""
    kept = set(map(unquoted, record.values)) if record.type == "TXT" else set(record.values)
    for value in before.values if before else ():
        if value not in kept:
            yield (Span(f"{record.type:<5} {record.name}  {value}"),)


def _record(record: Record, apex: str, shape: str) -> Iterator[Line]:
    if shape == "zone":
        yield from ((Span(line),) for line in zone_lines(record))
    elif shape == "form":
        for host, value in form_fields(record, apex):
            yield (Span(f"Type: {record.type}   Host: {host}   Value: {value}"),)
    else:
        yield from ((Span(f"{record.type:<5} {record.name}  {value}"),) for value in record.values)


def _summary(plan: PlanShown, machine: list[ChangeShown], person: list[ChangeShown]) -> str:
    if not plan.changes and plan.gaps:
        return f"{words.count(len(plan.gaps), 'thing', 'things')} could not be seen; nothing else has to change."
    if not plan.changes:
        return "Nothing has to change."
    counted = f"{words.count(len(plan.changes), 'change', 'changes')}: {len(machine)} by mailstrata, {len(person)} by a person."
    return counted + (f" Nothing was changed: {_command(plan.domain, machine)}." if machine else "")


def _command(domain: str, machine: list[ChangeShown]) -> str:
    """What carries it out; a change that is not safe only by its name."""
    command = f"mailstrata domain apply {domain} --apply"
    named = " ".join(f"--change {change.id}" for change in machine if not change.safe)
    if not named:
        return f"{command} carries it out"
    if all(not change.safe for change in machine):
        return f"{command} {named} carries it out"
    return f"{command} carries out what is safe, and with {named} the rest"
