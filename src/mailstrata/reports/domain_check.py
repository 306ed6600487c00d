"""One domain for a person: verdict, identities, the records with what stands there, each fault with its proof, the paths.

page(DomainShown(domain="sailing.example", diagnoses=(diagnosis,), records=(RecordShown(...),)), width=100)
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.model.finding import Record
from mailstrata.model.values import dataclass
from mailstrata.reports import answer, details, domain_identities, domain_ways, remedies, surroundings, words
from mailstrata.reports.document import Json, document
from mailstrata.reports.domain_identities import IdentityShown
from mailstrata.reports.domain_ways import WayShown
from mailstrata.reports.human import WIDEST
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold, heading
from mailstrata.reports.story import Story
from mailstrata.reports.words import iso

SCHEMA = "mailstrata.domain/1"
_LOOKUPS = 10
"""RFC 7208 4.6.4."""
_MARKS = {
    "published": ("✓", Style.GOOD),
    "differs": ("✗", Style.BAD),
    "absent": ("✗", Style.BAD),
    "unknown": ("◌", Style.UNKNOWN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShown:
    """A wanted record; ``state`` is published, differs, absent or unknown, ``found`` what stands there instead."""

    purpose: str
    record: Record
    state: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainShown:
    """A domain with a diagnosis for each region. ``receives`` says where its mail goes, ``lookups`` what its SPF costs.

    ``looked_in`` is the number of regions in which identities were looked for, ``unseen`` what could not be listed there.
    """

    domain: str
    diagnoses: tuple[Diagnosis, ...]
    records: tuple[RecordShown, ...]
    identities: tuple[IdentityShown, ...] = ()
    looked_in: int = 0
    unseen: tuple[str, ...] = ()
    receives: str = ""
    lookups: int | None = None
    ways: tuple[WayShown, ...] = ()


def page(shown: DomainShown, *, width: int) -> Page:
    """The whole page: a region after another, the records once."""
    columns = min(width, WIDEST)
    lines: list[Line] = []
    for number, diagnosis in enumerate(shown.diagnoses):
        story = Story.of(diagnosis)
        lines += BLANK if number else ()
        lines += answer.answer(story, columns)
        lines += _beside(shown, columns) if not number else ()
        lines += details.findings(story, columns)
        lines += surroundings.unknown(story, columns)
        lines += remedies.remedies(story, columns)
    return (*lines, *domain_ways.table(shown.ways, columns))


def _beside(shown: DomainShown, width: int) -> Iterator[Line]:
    """What is the same in all regions."""
    yield from domain_identities.section(shown.identities, shown.looked_in, shown.unseen, width)
    yield from _records(shown.records, width)
    if shown.receives:
        yield from fold([Span("· received by  ", Style.DIM), Span(shown.receives)], width, indent=2, hang=15)
    if shown.lookups is not None:
        style = Style.BAD if shown.lookups > _LOOKUPS else Style.PLAIN
        text = f"{words.count(shown.lookups, 'look-up')} of the {_LOOKUPS} that recipients make"
        yield from fold([Span("· SPF costs    ", Style.DIM), Span(text, style)], width, indent=2, hang=15)


def domain_document(shown: DomainShown) -> Json:
    """The same as a document; the findings of each region as in a diagnosis."""
    told = [document(one) for one in shown.diagnoses]
    return {
        "schema": SCHEMA,
        "domain": shown.domain,
        "at": iso(shown.diagnoses[0].at),
        "regions": [
            {
                "region": one.setup.region,
                "verdict": one.verdict.value,
                "findings": each["findings"],
                "undetermined": each["undetermined"],
            }
            for one, each in zip(shown.diagnoses, told, strict=True)
        ],
        "records": [
            {
                "purpose": one.purpose,
                "name": one.record.name,
                "type": one.record.type,
                "wanted": list(one.record.values),
                "state": one.state,
                "found": list(one.found),
            }
            for one in shown.records
        ],
        "identities": domain_identities.documents(shown.identities),
        "receives": shown.receives,
        "spf_lookups": shown.lookups,
        "paths": domain_ways.documents(shown.ways),
    }


def _records(records: tuple[RecordShown, ...], width: int) -> Iterator[Line]:
    yield from heading("RECORDS")
    for one in records:
        mark, style = _MARKS[one.state]
        head = [
            Span(f"{mark} ", style),
            Span(f"{one.record.type:<5} {one.record.name}"),
            Span(f"  {one.purpose}", Style.DIM),
        ]
        yield from fold(head, width, indent=2, hang=8)
        if one.state == "published":
            continue
        for value in one.record.values:
            yield from fold([Span("wanted  ", Style.DIM), Span(value)], width, indent=10, hang=8)
        for value in one.found:
            yield from fold([Span("there   ", Style.DIM), Span(value)], width, indent=10, hang=8)
