"""The way of the mail, drawn: a column for each way, a band for each stratum, and where each mail stopped.

                   Gmail alias                    SES API
                   mails 1, 2                     mail 3
                   ┃                              ┃
      ✗ relay     ─✗─ 1, 2: key-inactive ─────────╂─ not on this way ──────
                   ┊                              ┃
      ✗ account   ─◌─ 1 next: recipient-suppressed✗─ 3: recipient-suppressed

``✗`` is where mail stopped, ``◌`` where it would stop next, ``┊`` what it has not reached.
"""

from __future__ import annotations

from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.diagnosis import Attributed, StratumReport, StratumState
from mailstrata.model.finding import Finding, Role, Stratum
from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.answer import mails
from mailstrata.reports.page import Line, Page, Span, Style, cut, heading
from mailstrata.reports.safe import width as columns_of
from mailstrata.reports.story import Story

STATE_STYLES = {
    StratumState.BROKEN: Style.BAD,
    StratumState.DEGRADED: Style.WARN,
    StratumState.OK: Style.GOOD,
    StratumState.UNDETERMINED: Style.UNKNOWN,
    StratumState.NOT_APPLICABLE: Style.DIM,
}
BANDS = (Stratum.RELAY, Stratum.IDENTITY, Stratum.ACCOUNT, Stratum.RECIPIENT)
_LABEL = 15
_NARROWEST_WAY = 24
_STREAM, _DRY = "┃", "┊"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to SES from one sender, with the mails that took it by their numbers."""

    via: Via
    sender: str
    mails: tuple[tuple[int, Attributed], ...] = ()

    @property
    def undelivered(self) -> tuple[tuple[int, Attributed], ...]:
        """Those that did not arrive."""
        return tuple(each for each in self.mails if each[1].attempt.outcome is not Outcome.DELIVERED)

    def crosses(self, stratum: Stratum) -> bool:
        """Whether the way leads through a stratum: only a login passes the relay."""
        return stratum is not Stratum.RELAY or self.via in {Via.GMAIL_ALIAS, Via.SES_SMTP}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What one way shows in one band."""

    sign: str
    text: str
    style: Style


def ways(story: Story) -> tuple[Way, ...]:
    """The ways that were taken; when nothing was sent yet, those that the setup knows."""
    taken: dict[tuple[Via, str], list[tuple[int, Attributed]]] = {}
    for number, each in enumerate(story.diagnosis.attempts, start=1):
        attempt: Attempt = each.attempt
        taken.setdefault((attempt.via, attempt.sender), []).append((number, each))
    if taken:
        return tuple(Way(via=via, sender=sender, mails=tuple(took)) for (via, sender), took in taken.items())
    aliases = tuple(Way(via=Via.GMAIL_ALIAS, sender=alias.address) for alias in story.diagnosis.setup.aliases)
    return (*aliases, Way(via=Via.SES_API, sender=story.diagnosis.setup.domain))


def path(story: Story, width: int) -> Page:
    """The picture; ways that have no room are counted in its last line."""
    every = ways(story)
    fitting = max(1, (width - _LABEL) // _NARROWEST_WAY)
    drawn = every[:fitting]
    cell = (width - _LABEL) // len(drawn)
    return (
        *heading("THE WAY OF THE MAIL"),
        *_heads(drawn, cell),
        *_bands(story, drawn, cell),
        *_feet(drawn, cell),
        *_left_out(len(every) - len(drawn)),
    )


def _row(cells: list[str], cell: int, style: Style = Style.PLAIN) -> Line:
    text = "".join(_filled(each, cell) for each in cells)
    return (Span(" " * _LABEL + text.rstrip(), style),)


def _filled(text: str, cell: int, filling: str = " ") -> str:
    shown = cut(text, cell - 1)
    return shown + filling * (cell - columns_of(shown))


def _heads(drawn: tuple[Way, ...], cell: int) -> Page:
    numbers = [mails(tuple(number for number, _ in way.mails)) if way.mails else "nothing sent yet" for way in drawn]
    return (
        _row([words.WAYS[way.via] for way in drawn], cell, Style.HEADING),
        _row([way.sender for way in drawn], cell),
        _row(numbers, cell, Style.DIM),
    )


def _bands(story: Story, drawn: tuple[Way, ...], cell: int) -> Page:
    reports = {report.name: report for report in story.diagnosis.strata}
    lines: list[Line] = []
    flows = [_STREAM] * len(drawn)
    for stratum in BANDS:
        lines.append(_row(flows, cell, Style.DIM))
        marks = [_mark(story, way, stratum, flow) for way, flow in zip(drawn, flows, strict=True)]
        lines.append(_band(reports.get(stratum), stratum, marks, cell))
        flows = [_after(story, way, stratum, flow) for way, flow in zip(drawn, flows, strict=True)]
    lines.append(_row(flows, cell, Style.DIM))
    return tuple(lines)


def _band(report: StratumReport | None, stratum: Stratum, marks: list[_Mark], cell: int) -> Line:
    state = report.state if report else StratumState.NOT_APPLICABLE
    label = Span(f"  {words.STATES[state]} {stratum.value:<9}", STATE_STYLES[state])
    spans = [label, Span("─", Style.DIM)]
    room = cell - 1
    for mark in marks:
        text = f" {cut(mark.text, room - 3)} " if mark.text else ""
        spans += [Span(mark.sign, mark.style), Span("─" if text else "", Style.DIM), Span(text, mark.style)]
        spans.append(Span("─" * (room - columns_of(text) - bool(text)), Style.DIM))
    return _from_label(spans)


def _from_label(spans: list[Span]) -> Line:
    """The first column's sign stands at the label's end; the dash before it belongs to the label."""
    label, dashes, *rest = spans
    return (Span(label.text.ljust(_LABEL - 1), label.style), dashes, *rest)


def _mark(story: Story, way: Way, stratum: Stratum, flow: str) -> _Mark:
    if not way.crosses(stratum):
        return _Mark(sign="╂", text="not on this way", style=Style.DIM)
    if not way.mails:
        return _expected(story, way, stratum, flow)
    stopped = [(number, each) for number, each in way.undelivered if each.stratum is stratum and each.cause]
    waiting = _waiting(story, way, stratum)
    if stopped:
        return _Mark(sign="✗", text=_said(stopped) + (f"; {waiting}" if waiting else ""), style=Style.BAD)
    if waiting:
        return _Mark(sign="◌", text=waiting, style=Style.WARN)
    return _Mark(sign="╂" if flow == _STREAM else _DRY, text="", style=Style.DIM)


def _expected(story: Story, way: Way, stratum: Stratum, flow: str) -> _Mark:
    """Where nothing was sent yet: the causes that the next mail of this way would meet."""
    codes = [finding.code for finding in _in_the_way(story, way, stratum)]
    if codes:
        return _Mark(sign="✗", text=", ".join(dict.fromkeys(codes)), style=Style.BAD)
    return _Mark(sign="╂" if flow == _STREAM else _DRY, text="", style=Style.DIM)


def _in_the_way(story: Story, way: Way, stratum: Stratum) -> list[Finding]:
    return [
        finding
        for finding in story.with_role(Role.PRIMARY, Role.SECONDARY)
        if finding.stratum is stratum and dict(finding.target).get("alias", way.sender) == way.sender
    ]


def _said(stopped: list[tuple[int, Attributed]]) -> str:
    """``1, 2: key-inactive``, one such part a cause."""
    causes = dict.fromkeys(each.cause or "" for _, each in stopped)
    parts = [
        f"{words.numbers([number for number, each in stopped if each.cause == cause])}: {cause}" for cause in causes
    ]
    return "; ".join(parts)


def _waiting(story: Story, way: Way, stratum: Stratum) -> str:
    """What would stop mails of this way in this stratum once what stopped them before is mended."""
    numbers = {number for number, each in way.undelivered if each.stratum is not stratum}
    found = [finding for finding in story.with_role(Role.PRIMARY, Role.SECONDARY) if finding.stratum is stratum]
    parts = [
        f"{words.numbers(sorted(caught))} next: {finding.code}"
        for finding in found
        if (caught := numbers & set(story.waited_for(finding)))
    ]
    return "; ".join(parts)


def _after(story: Story, way: Way, stratum: Stratum, flow: str) -> str:
    """Whether any mail of this way gets past a stratum."""
    if flow == _DRY:
        return flow
    if not way.mails:
        met = way.crosses(stratum) and _in_the_way(story, way, stratum)
        return _DRY if met else _STREAM
    order = list(Stratum)
    passed = [each for _, each in way.mails if _passes(each, order.index(stratum), order)]
    return _STREAM if passed else _DRY


def _passes(each: Attributed, index: int, order: list[Stratum]) -> bool:
    if each.attempt.outcome is Outcome.DELIVERED or each.stratum is None:
        return True
    return order.index(each.stratum) > index


def _feet(drawn: tuple[Way, ...], cell: int) -> Page:
    if not any(way.mails for way in drawn):
        return ()
    return (_row([_foot(way) for way in drawn], cell),)


def _foot(way: Way) -> str:
    if not way.mails:
        return ""
    open_ended = [number for number, each in way.undelivered if each.attempt.outcome is Outcome.UNKNOWN]
    unplaced = [number for number, each in way.undelivered if each.cause is None and number not in open_ended]
    parts = [f"{len(way.mails) - len(way.undelivered)} of {len(way.mails)} arrived"]
    parts += [f"{words.numbers(open_ended)}: fate unknown"] if open_ended else []
    parts += [f"{words.numbers(unplaced)}: not known where"] if unplaced else []
    return "; ".join(parts)


def _left_out(number: int) -> Page:
    if not number:
        return ()
    return ((Span(" " * _LABEL + f"and {words.count(number, 'more way')}", Style.DIM),),)
