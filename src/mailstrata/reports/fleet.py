"""Many domains in one table, the worst first, with what changed since another run.

    page([Row(domain="dock.example", verdict="broken", faults=("dkim-record-absent",))], width=100)

A row is also what a line of ``--jsonl`` says in short, so that a run can be compared with one that was kept (`read`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.document import Json
from mailstrata.reports.domain_check import SCHEMA
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold
from mailstrata.reports.safe import width as columns_of

VERDICTS = ("broken", "degraded", "undetermined", "healthy")
_MARKS = {
    "broken": ("✗", Style.BAD),
    "degraded": ("!", Style.WARN),
    "undetermined": ("◌", Style.UNKNOWN),
    "healthy": ("✓", Style.GOOD),
}
_WIDEST_NAME = 40


class MalformedRun(Malformed):
    """A file of an earlier run that cannot be read; ``where`` names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One domain: its regions, the worst verdict, and the codes of its faults, warnings and of what is not known."""

    domain: str
    verdict: str
    regions: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """Everything that was found wrong."""
        return frozenset(self.faults + self.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What became of a domain since the earlier run."""

    fresh: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_new: bool = False


def row(told: Json) -> Row:
    """The row of a document ``mailstrata.domain/1``. Raises ``ValueError`` where it is none."""
    if told.get("schema") != SCHEMA or not isinstance(told.get("domain"), str):
        raise ValueError(f"no document of schema {SCHEMA}")
    regions = [one for one in _listed(told.get("regions")) if isinstance(one, dict)]
    findings = [one for region in regions for one in _listed(region.get("findings")) if isinstance(one, dict)]
    verdicts = [str(region.get("verdict")) for region in regions]
    return Row(
        domain=str(told["domain"]),
        verdict=min(verdicts, key=_harm, default="undetermined"),
        regions=tuple(str(region.get("region")) for region in regions),
        faults=_codes(one for one in findings if one.get("gravity") == "fault"),
        warnings=_codes(one for one in findings if one.get("gravity") == "warning"),
        unknown=_codes(
            one
            for region in regions
            for one in _listed(region.get("undetermined"))
            if isinstance(one, dict) and not one.get("unasked")
        ),
    )


def read(text: str, name: str) -> dict[str, Row]:
    """The rows of an earlier run by domain; a last line that was cut off while it was written is left out.

    Raises ``MalformedRun`` with file and line.
    """
    found: dict[str, Row] = {}
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            one = row(json.loads(line))
        except (ValueError, AttributeError, RecursionError) as error:
            if number == len(lines):
                break  # the run was ended while it wrote this line
            raise MalformedRun(f"{name}:{number}", "no result of a run", f"a line of {SCHEMA}") from error
        found[one.domain] = one
    return found


def drift(now: Row, then: Row | None) -> Drift:
    """What is wrong now and was not, and the other way round."""
    if then is None:
        return Drift(is_new=True)
    return Drift(fresh=tuple(sorted(now.codes - then.codes)), gone=tuple(sorted(then.codes - now.codes)))


def page(rows: Sequence[Row], *, width: int, since: Mapping[str, Row] | None = None) -> Page:
    """The table, the worst first, and the count."""
    ordered = sorted(rows, key=lambda one: (_harm(one.verdict), -len(one.faults), -len(one.warnings), one.domain))
    name = min(max((columns_of(one.domain) for one in rows), default=6), _WIDEST_NAME)
    lines: list[Line] = []
    for one in ordered:
        changed = drift(one, since.get(one.domain)) if since is not None else None
        lines += _row(one, changed, name=name, width=width)
    return (*lines, *(BLANK if lines else ()), *fold([Span(summary(rows, since))], width))


def summary(rows: Sequence[Row], since: Mapping[str, Row] | None = None) -> str:
    """How many domains there are of each verdict, and what drifted."""
    verdicts = [one.verdict for one in rows]
    counted = ", ".join(f"{verdicts.count(one)} {one}" for one in VERDICTS if one in verdicts)
    text = f"{words.count(len(rows), 'domain', 'domains')}: {counted or 'none'}."
    if since is None:
        return text
    drifts = [drift(one, since.get(one.domain)) for one in rows]
    worse, better = sum(bool(one.fresh) for one in drifts), sum(bool(one.gone) for one in drifts)
    fresh = sum(one.is_new for one in drifts)
    missing = len(set(since) - {one.domain for one in rows})
    return f"{text} Since then: {worse} with new faults, {better} with faults mended, {fresh} new, {missing} not looked at."


def _row(one: Row, changed: Drift | None, *, name: int, width: int) -> Iterator[Line]:
    mark, style = _MARKS.get(one.verdict, _MARKS["undetermined"])
    padding = " " * max(name - columns_of(one.domain), 0)
    spans = [
        Span(f"{mark} ", style),
        Span(f"{one.domain}{padding}  "),
        Span(f"{','.join(one.regions) or '-'}  ", Style.DIM),
    ]
    spans += [Span(", ".join(one.faults), Style.BAD)] if one.faults else []
    spans += [Span(", " if one.faults else ""), Span(", ".join(one.warnings), Style.WARN)] if one.warnings else []
    if one.unknown:
        spans.append(Span(f"  {len(one.unknown)} not known", Style.UNKNOWN))
    if changed is not None:
        spans += _drift(changed)
    yield from fold(spans, width, hang=name + 4)


def _drift(changed: Drift) -> Iterator[Span]:
    if changed.is_new:
        yield Span("  new", Style.DIM)
    for code in changed.fresh:
        yield Span(f"  +{code}", Style.BAD)
    for code in changed.gone:
        yield Span(f"  -{code}", Style.GOOD)


def _harm(verdict: str) -> int:
    return VERDICTS.index(verdict) if verdict in VERDICTS else VERDICTS.index("undetermined")


def _codes(entries: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one.get("code")) for one in entries))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
