"""Findings on what texts in DNS say, weighed over the views of them: the zone's own name servers, and a resolver.

    yield from weighed(evidence, [(Place(question=Txt("sailing.example"), domain="sailing.example"), judge_of_one_record)])

A check judges one view at a time and yields what it would of the whole world. What comes of the views together:

    the servers publish the fault                       the finding; where a resolver does not have it yet, it is coming
    a resolver alone has it                             a notice with the time to wait: nothing is to be repaired
    some servers publish it                             a warning at most, which names them
    nobody can ask the servers, by name or by network   a resolver's word, as it is
    what they publish is not known                      a notice without a fix, and that it is not known
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from mailstrata.diagnosis.evidence import Evidence, together
from mailstrata.diagnosis.sight import View, Views, views
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Undetermined
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass

Judge: TypeAlias = Callable[[Evidence], Iterable[Result]]
_Results: TypeAlias = tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record whose content is judged; ``domain`` lies in the zone whose servers publish it."""

    question: Txt
    domain: str


def weighed(evidence: Evidence, judged: Iterable[tuple[Place, Judge]]) -> Iterator[Result]:
    """The results of each place in its order; what all of them want is wanted together."""
    for found in together(partial(_viewed, evidence, place, judge) for place, judge in judged):
        yield from _weighed(found)


def _viewed(evidence: Evidence, place: Place, judge: Judge) -> Views[_Results]:
    return views(evidence, place.question, place.domain, lambda seen: tuple(judge(seen)))


def _weighed(found: Views[_Results]) -> Iterator[Result]:
    if all(view.value == found.remembered for view in found.published):
        yield from found.remembered
        return
    every = (*(result for view in found.published for result in view.value), *found.remembered)
    subjects = dict.fromkeys(result.subject for result in every if isinstance(result, Finding))
    findings = tuple(_of_subject(found, subject) for subject in subjects)
    yield from findings
    yield from _unknown(found)
    yield from _fine(found) if all(_holds(found, finding) for finding in findings) else ()


def _of_subject(found: Views[_Results], subject: str) -> Finding:
    there = tuple(view for view in found.published if _about(view.value, subject))
    without = tuple(view for view in found.published if view not in there)
    remembered = _about(found.remembered, subject)
    blind = next((one for view in without for one in _open(view.value)), None)
    if there and not without:
        return _coming(there[0], subject) if not remembered and not _open(found.remembered) else _first(there, subject)
    if blind is not None:
        return _unsure(_first(there, subject) if there else _told(remembered), blind)
    return _split((there, without), subject) if there else _stale(found.published[0], _told(remembered))


def _coming(view: View[_Results], subject: str) -> Finding:
    """The servers publish it, and a resolver holds what was before yet: mail that passes now will not."""
    finding = _told(_about(view.value, subject))
    later = f"it is published, and coming: {view.late}, which is without this fault"
    return replace(finding, because=(*finding.because, later))


def _split(views_: tuple[tuple[View[_Results], ...], tuple[View[_Results], ...]], subject: str) -> Finding:
    """Some servers publish it: a part of the world finds it, whatever a resolver here holds."""
    there, without = views_
    finding, servers = _first(there, subject), _servers(there)
    says = "say" if len(servers) > 1 else "says"
    return replace(
        finding,
        gravity=_milder(finding.gravity, Gravity.WARNING),
        title=f"{', '.join(servers)} {says} so and other name servers do not: {finding.title}",
        because=(*finding.because, f"it is right at {', '.join(_servers(without))}"),
        stops=(),
        caused_by=None,
        fixes=("repair-nameserver",),
        records=(),
    )


def _servers(views_: tuple[View[_Results], ...]) -> tuple[str, ...]:
    return tuple(server for view in views_ for server in view.servers)


def _stale(view: View[_Results], finding: Finding) -> Finding:
    """The servers do not publish it any more; a resolver gives it until its time to live has run out (RFC 1035 3.2.1)."""
    return replace(
        finding,
        gravity=Gravity.NOTICE,
        owner=Owner.NETWORK,
        title=f"it runs out by itself: a resolver still remembers what the zone does not publish any more: {finding.title}",
        because=("the zone's own name servers publish it no more", view.late, *finding.because),
        explains=(),
        stops=(),
        caused_by=None,
        fixes=("wait-for-caches",),
        records=(),
    )


def _unsure(finding: Finding, unknown: Undetermined) -> Finding:
    """One view has it, and what the others would say is not known: it may run out, or be coming."""
    return replace(
        finding,
        gravity=Gravity.NOTICE,
        confidence=finding.confidence if finding.confidence is Confidence.POSSIBLE else Confidence.LIKELY,
        because=(*finding.because, f"what all of the zone's own name servers publish is not known: {unknown.reason}"),
        explains=(),
        stops=(),
        caused_by=None,
        fixes=(),
        records=(),
    )


def _unknown(found: Views[_Results]) -> Iterator[Undetermined]:
    """What a resolver leaves open, then what the servers do beyond that; of each subject once."""
    open_ = {one.subject: one for one in _open(found.remembered)}
    for one in (one for view in found.published for one in _open(view.value)):
        reason = f"what the zone's own name servers publish is not known: {one.reason}"
        open_.setdefault(one.subject, replace(one, reason=reason))
    yield from open_.values()


def _fine(found: Views[_Results]) -> Iterator[Fine]:
    """What is well where it is published; where that is not known, what is well as a resolver has it."""
    if any(_open(view.value) for view in found.published):
        well = (one for one in found.remembered if isinstance(one, Fine))
        yield from (replace(one, text=f"{one.text}, as a resolver has it") for one in well)
    else:
        yield from (one for one in found.published[0].value if isinstance(one, Fine))


def _holds(found: Views[_Results], finding: Finding) -> bool:
    """Whether every server publishes it."""
    return all(_about(view.value, finding.subject) for view in found.published)


def _first(views_: tuple[View[_Results], ...], subject: str) -> Finding:
    return _told(_about(views_[0].value, subject))


def _about(results: _Results, subject: str) -> Finding | None:
    return next((one for one in results if isinstance(one, Finding) and one.subject == subject), None)


def _told(finding: Finding | None) -> Finding:
    assert finding is not None
    return finding


def _open(results: _Results) -> tuple[Undetermined, ...]:
    return tuple(one for one in results if isinstance(one, Undetermined))


def _milder(first: Gravity, second: Gravity) -> Gravity:
    return max(first, second, key=tuple(Gravity).index)
