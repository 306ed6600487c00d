"""Layer by layer: each finding with its evidence verbatim, who said it and when.

      ✗ key-inactive  AKIAEXAMPLE of ses-smtp-relay
        primary, fault, proven; owner: you
        AWS lists the key as Inactive
        ┆ {"status": "Inactive", "user": "ses-smtp-relay"}
          access-key AKIAEXAMPLE · observed by AWS iam, 18:43:00 UTC

A title that stands in the answer is not said again, and evidence that was quoted is not quoted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from mailstrata.model.finding import Finding, Gravity, Proof, Role, Stratum
from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.arrangement import Told
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold, heading, paragraph
from mailstrata.reports.path import STATE_STYLES
from mailstrata.reports.story import Story

MARKS = {Gravity.FAULT: ("✗", Style.BAD), Gravity.WARNING: ("!", Style.WARN), Gravity.NOTICE: ("i", Style.DIM)}
_BAR = "┆ "


def findings(story: Story, width: int) -> Page:
    """A section for each stratum that has a finding of its own."""
    teller = _Teller(story=story, width=width)
    return tuple(line for stratum in Stratum for line in teller.stratum(stratum))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    story: Story
    width: int
    quoted: set[tuple[str, str]] = field(default_factory=set)
    """The evidence that stands on the page already."""

    def stratum(self, stratum: Stratum) -> Iterator[Line]:
        """The heading and the findings of one stratum, parted by blank lines."""
        told = [each for each in self.story.told if each.finding.stratum is stratum]
        if told:
            yield from self._heading(stratum)
        for number, each in enumerate(told):
            yield from BLANK if number else ()
            yield from self._block(each, indent=2)

    def _heading(self, stratum: Stratum) -> Page:
        report = next((each for each in self.story.diagnosis.strata if each.name is stratum), None)
        if report is None:
            return heading(stratum.value.upper())
        state = Span(f"  {report.state.value}", STATE_STYLES[report.state])
        return heading(stratum.value.upper(), state, Span(f", {words.count(report.checked, 'check')}", Style.DIM))

    def _block(self, told: Told, *, indent: int) -> Iterator[Line]:
        finding = told.finding
        mark, style = MARKS[finding.gravity]
        head = [Span(f"{mark} ", style), Span(finding.code, Style.CODE), Span(f"  {finding.subject}")]
        yield from fold(head, self.width, indent=indent, hang=2)
        yield from paragraph(_standing(finding), self.width, indent=indent + 2, style=Style.DIM)
        in_answer = finding.role in {Role.PRIMARY, Role.SECONDARY}
        for reason in finding.because if in_answer else (finding.title, *finding.because):
            yield from paragraph(reason, self.width, indent=indent + 2)
        yield from self._proofs(finding, indent=indent + 2)
        for parent in told.seen_as:
            yield from self._seen_as(parent, indent=indent + 2)
        for effect in told.effects:
            yield from self._block(effect, indent=indent + 4)

    def _seen_as(self, parent: Finding, *, indent: int) -> Iterator[Line]:
        said = [Span("seen as ", Style.DIM), Span(parent.code, Style.CODE), Span(f"  {parent.title}")]
        yield from fold(said, self.width, indent=indent, hang=8)
        yield from self._proofs(parent, indent=indent)

    def _proofs(self, finding: Finding, *, indent: int) -> Iterator[Line]:
        for proof in finding.evidence:
            if (proof.question, proof.quote) not in self.quoted:
                self.quoted.add((proof.question, proof.quote))
                yield from self._proof(proof, indent=indent)

    def _proof(self, proof: Proof, *, indent: int) -> Iterator[Line]:
        if proof.quote:
            yield from fold([Span(proof.quote, Style.QUOTE)], self.width, indent=indent, bar=_BAR)
        origin = [Span(f"{proof.question} · {self._provenance(proof)}", Style.DIM)]
        yield from fold(origin, self.width, indent=indent + 2, hang=2)

    def _provenance(self, proof: Proof) -> str:
        """``observed by AWS iam, 18:43:00 UTC``."""
        source = f" by {proof.source}" if proof.source else ""
        at = f", {words.second(proof.at, self.story.diagnosis.at)}" if proof.at else ""
        return f"{proof.grade.value}{source}{at}"


def _standing(finding: Finding) -> str:
    """Its role, gravity, confidence and owner, in this order."""
    role = f"effect of {finding.caused_by}" if finding.role is Role.EFFECT and finding.caused_by else finding.role.value
    parts = [] if finding.role is Role.SIDE else [role]
    parts += [finding.gravity.value, finding.confidence.value]
    return ", ".join(parts) + f"; owner: {finding.owner.value}"
