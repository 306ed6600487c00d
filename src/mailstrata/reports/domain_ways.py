"""The table of the ways in which a domain sends: what SPF, DKIM and DMARC say at a receiver, now and after the plan.

Gmail as admin@sailing.example, by SES's SMTP endpoint  us-east-1
  now    SPF pass =    DKIM pass =    DMARC pass   delivered

``=`` behind a result: its name aligns with the author's; ``≠``: it is somebody else's. ``still`` is what those find yet who
remember former records, ``or`` what a name server makes of it that answers otherwise than the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailstrata.model.values import dataclass
from mailstrata.reports.document import Json
from mailstrata.reports.page import Line, Span, Style, fold, heading

_STYLES = {"pass": Style.GOOD, "fail": Style.BAD, "permerror": Style.BAD, "unknown": Style.UNKNOWN}
_OTHERWISE = {"resolver": "still", "name-server": "or   "}
_USED = {True: "", False: "not in use", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """SPF or DKIM of a way. ``aligned`` is ``None`` where nobody could tell, or where there is nothing to compare."""

    result: str
    domain: str
    aligned: bool | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictShown:
    """What a receiver concludes."""

    spf: PartShown
    dkim: PartShown
    dmarc: str
    policy: str
    fate: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherwiseShown:
    """What is found by other records, ``by`` a ``resolver`` that remembers them or a ``name-server``; ``why`` says whose."""

    by: str
    why: str
    verdict: VerdictShown


@dataclass(frozen=True, slots=True, kw_only=True)
class WayShown:
    """A way, now and after the plan; ``after`` is ``None`` where the plan changes nothing for it.

    ``otherwise`` are the conclusions of whoever has other records than the zone's first name server, where they differ.
    """

    id: str
    name: str
    region: str
    used: bool | None
    now: VerdictShown
    after: VerdictShown | None = None
    blocked: str = ""
    otherwise: tuple[OtherwiseShown, ...] = ()


def table(ways: Sequence[WayShown], width: int) -> Iterator[Line]:
    """The section; nothing without ways."""
    if not ways:
        return
    yield from heading("PATHS", Span("  what a receiver finds; = the name is the author's, ≠ it is not", Style.DIM))
    for way in ways:
        beside = "  ".join(filter(None, (way.region, _USED[way.used])))
        yield from fold([Span(way.name), Span(f"  {beside}", Style.DIM)], width, indent=2, hang=4)
        yield from _verdict("now  ", way.now, way.blocked, width)
        for other in way.otherwise:
            yield from _verdict(_OTHERWISE[other.by], other.verdict, "", width)
            yield from fold([Span(other.why, Style.DIM)], width, indent=11, hang=2)
        if way.after is not None:
            yield from _verdict("after", way.after, "", width)


def _verdict(when: str, one: VerdictShown, blocked: str, width: int) -> Iterator[Line]:
    if blocked:
        yield from fold(
            [Span(f"{when}  ", Style.DIM), Span("nothing leaves: ", Style.BAD), Span(blocked)], width, indent=4, hang=7
        )
        return
    spans = [Span(f"{when}  ", Style.DIM), *_part("SPF", one.spf), *_part("DKIM", one.dkim)]
    spans += [Span("DMARC "), Span(f"{one.dmarc:<10}", _STYLES.get(one.dmarc, Style.PLAIN)), Span(one.fate)]
    yield from fold(spans, width, indent=4, hang=7)
    if one.why:
        yield from fold([Span(one.why, Style.DIM)], width, indent=11, hang=2)


def _part(name: str, part: PartShown) -> Iterator[Span]:
    mark = {True: " =", False: " ≠", None: "  "}[part.aligned]
    style = _STYLES.get(part.result, Style.PLAIN) if part.aligned is not False else Style.PLAIN
    yield from (Span(f"{name} "), Span(f"{part.result + mark:<13}", style))


def documents(ways: Sequence[WayShown]) -> list[Json]:
    """The same for a document."""
    return [
        {
            "id": way.id,
            "name": way.name,
            "region": way.region or None,
            "used": way.used,
            "blocked": way.blocked or None,
            "now": _judgement(way.now),
            "after": _judgement(way.after) if way.after is not None else None,
            "otherwise": [{"by": one.by, "why": one.why, **_judgement(one.verdict)} for one in way.otherwise],
        }
        for way in ways
    ]


def _judgement(one: VerdictShown) -> Json:
    return {
        "spf": _told(one.spf),
        "dkim": _told(one.dkim),
        "dmarc": {"result": one.dmarc, "policy": one.policy or None, "fate": one.fate, "because": one.why},
    }


def _told(part: PartShown) -> Json:
    return {"result": part.result, "domain": part.domain or None, "aligned": part.aligned, "because": part.why}
