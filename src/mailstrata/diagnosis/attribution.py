"""Which fault lost which mail, and which comes first: a graph of findings, not a list.

Three kinds of edge. *refines*: the mechanism of another finding ("the key is inactive" refines "the login is refused"); it
takes that one's place as the cause. A finding may also name the mechanisms that it could have; the first that was found refines
it. *caused by*: exists because of another (a suppression entry made by a refusal: it lasts, and keeps its fix). *masks*: what
comes later cannot be seen while this one fails.

Primary and secondary come from a counterfactual: where would the next send stop? That cause taken away, where then? What
stops nothing and explains nothing stands aside. So two faults in one thread stay two, and one fault seen twice stays one:

    primary    key-inactive         stops mails 1 and 2 at the login
    secondary  recipient-suppressed explains mail 3, and lies in wait for mail 2
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeVar

from mailstrata.diagnosis.answers import read, words_of
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.diagnosis import Attributed
from mailstrata.model.finding import Finding, Gravity, Role, Stratum, Undetermined

T = TypeVar("T")
_PATH = tuple(Stratum)


def attribute(
    case: Case, findings: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Attributed, ...], tuple[Undetermined, ...]]:
    """Findings with their roles, attempts with their causes, and what is missing where an attempt has none.

    ``findings`` come in the order of the checks; their order in the answer is primary, secondary, effects, aside.
    """
    unique = _with_mechanisms(_merge(findings))
    origin = {id(finding): _origin(finding, unique) for finding in unique}
    causes = [_gather(root, unique, origin) for root in unique if origin[id(root)] is root and _is_cause(root)]
    attempts = tuple(_attributed(attempt, causes) for attempt in case.attempts)
    order = _peel(case, causes)
    placed = [_masking(case, _placed(finding, origin[id(finding)], causes, order)) for finding in unique]
    return tuple(sorted(placed, key=lambda f: _rank(f, order))), attempts, tuple(_missing(attempts))


def _merge(findings: Iterable[Finding]) -> list[Finding]:
    """One cause seen twice is one finding: same code and subject are joined, evidence kept once."""
    merged: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.subject)
        merged[key] = _join(merged[key], finding) if key in merged else finding
    return list(merged.values())


def _join(first: Finding, second: Finding) -> Finding:
    return dataclasses.replace(
        first,
        because=_union(first.because, second.because),
        evidence=_union(first.evidence, second.evidence),
        explains=_union(first.explains, second.explains),
        stops=_union(first.stops, second.stops),
        fixes=_union(first.fixes, second.fixes),
    )


def _union(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(first + second))


def _with_mechanisms(findings: list[Finding]) -> list[Finding]:
    """Each finding that names what could be behind it is refined by the first of that which was found.

    A refusal for authentication proves that a mechanism does harm, however harmless it looked by itself: it becomes a fault.
    """
    settled = list(findings)
    for finding in findings:
        place = _mechanism(finding, settled)
        if place is not None:
            gravity = min((settled[place].gravity, finding.gravity), key=tuple(Gravity).index)
            settled[place] = dataclasses.replace(settled[place], refines=finding.code, gravity=gravity)
    return settled


def _mechanism(finding: Finding, findings: Sequence[Finding]) -> int | None:
    """Where it stands; one that is the mechanism of something else already, or no more than a notice, does not count."""
    for code in finding.mechanisms:
        for place, other in enumerate(findings):
            free = other.refines in (None, finding.code) and other.gravity is not Gravity.NOTICE
            if other.code == code and free and _related(finding, other):
                return place
    return None


def _is_cause(finding: Finding) -> bool:
    """A fault, or a warning that has lost a mail already."""
    return _is_fault(finding) or (finding.gravity is Gravity.WARNING and bool(finding.explains))


def _is_fault(finding: Finding) -> bool:
    return finding.gravity is Gravity.FAULT


def _origin(finding: Finding, findings: Sequence[Finding]) -> Finding:
    """The finding at the end of the edges: what refines this one, and what that was caused by.

    Of findings that lead to each other in a ring it is the first one, so that each of them has the same origin.
    """
    seen = [finding]
    while True:
        following = _refiner(seen[-1], findings) or _cause(seen[-1], findings)
        if following is None:
            return seen[-1]
        turn = next((index for index, one in enumerate(seen) if one is following), None)
        if turn is not None:
            return next(one for one in findings if any(one is other for other in seen[turn:]))
        seen.append(following)


def _refiner(finding: Finding, findings: Sequence[Finding]) -> Finding | None:
    return next((other for other in findings if other.refines == finding.code and _leads(finding, other)), None)


def _cause(finding: Finding, findings: Sequence[Finding]) -> Finding | None:
    return next((other for other in findings if other.code == finding.caused_by and _leads(finding, other)), None)


def _leads(finding: Finding, other: Finding) -> bool:
    """Whether ``other`` can stand in the place of ``finding``: both speak of the same thing, and a fault, which loses mail,
    gives way to a fault only."""
    return other is not finding and (_is_fault(other) or not _is_fault(finding)) and _related(finding, other)


def _related(first: Finding, second: Finding) -> bool:
    """Whether two findings speak of the same thing: no name that both have a value for differs."""
    mine, other = dict(first.target), dict(second.target)
    return all(
        mine[name] == other[name] for name in mine.keys() & other.keys() & {"alias", "address", "domain", "region"}
    )


def _gather(root: Finding, findings: Sequence[Finding], origin: dict[int, Finding]) -> Finding:
    """A cause with all that the findings that lead to it explain and stop."""
    led = [finding for finding in findings if origin[id(finding)] is root and finding is not root]
    explains, stops = root.explains, root.stops
    for finding in led:
        explains, stops = _union(explains, finding.explains), _union(stops, finding.stops)
    return dataclasses.replace(root, explains=explains, stops=stops)


def _depth(finding: Finding) -> int:
    return _PATH.index(finding.stratum)


def _attributed(attempt: Attempt, causes: Sequence[Finding]) -> Attributed:
    """The one cause that lost ``attempt``: of those that explain it the first on its way."""
    if attempt.delivered:
        return Attributed(attempt=attempt)
    explaining = [cause for cause in causes if attempt.id in cause.explains]
    if not explaining:
        return Attributed(attempt=attempt)
    cause = min(explaining, key=_depth)
    settled = attempt
    if attempt.outcome is Outcome.UNKNOWN and cause.code == "recipient-suppressed":
        settled = dataclasses.replace(attempt, outcome=Outcome.SUPPRESSED)
    return Attributed(attempt=settled, stratum=cause.stratum, cause=cause.code)


def _peel(case: Case, causes: Sequence[Finding]) -> list[Finding]:
    """The causes in the order in which sends run into them once those before are taken away: first what stops the next
    sends, by its place on their way; then what stops nothing any more but lost a mail."""
    lost = {send.id for send in case.sends if not send.delivered}
    met = [cause for cause in causes if lost.intersection(cause.stops + cause.explains)]
    return sorted(met, key=lambda one: (not one.stops, _depth(one), -len(lost.intersection(one.stops + one.explains))))


def _placed(finding: Finding, origin: Finding, causes: Sequence[Finding], order: Sequence[Finding]) -> Finding:
    """The finding with its role; what leads to another cause hands over what it explains, and, unless it lasts, its fixes."""
    if origin is not finding:
        caused_by = finding.caused_by or origin.code
        effect = dataclasses.replace(finding, role=Role.EFFECT, caused_by=caused_by)
        fixes = finding.fixes if finding.lasting else ()
        return dataclasses.replace(effect, fixes=fixes, explains=(), stops=()) if _is_fault(finding) else effect
    cause = next((one for one in causes if _same(one, finding)), finding)
    if not any(_same(one, finding) for one in order):
        return dataclasses.replace(cause, role=Role.SIDE)
    return dataclasses.replace(cause, role=Role.PRIMARY if _same(order[0], finding) else Role.SECONDARY)


def _masking(case: Case, finding: Finding) -> Finding:
    """The finding with what it hides: no recipient's server has answered a send of its kind, and none can while it stands.

    Only the recipient's stratum is seen through sends alone; the others are looked at directly.
    """
    stands = finding.role in (Role.PRIMARY, Role.SECONDARY) and bool(finding.stops) and _is_fault(finding)
    stopped = {send.recipient.lower() for send in case.sends if send.id in finding.stops}
    answered = {send.recipient.lower() for send in case.sends if send.outcome in _ANSWERED}
    hidden = stands and _depth(finding) < _PATH.index(Stratum.RECIPIENT) and stopped and not stopped & answered
    return dataclasses.replace(finding, masks=(Stratum.RECIPIENT.value,)) if hidden else finding


_ANSWERED = frozenset({Outcome.DELIVERED, Outcome.BOUNCED, Outcome.DELAYED})
"""How a send ends that the recipient's server has said something of."""


def _same(first: Finding, second: Finding) -> bool:
    return (first.code, first.subject) == (second.code, second.subject)


def _rank(finding: Finding, order: Sequence[Finding]) -> tuple[int, int, int]:
    roles = (Role.PRIMARY, Role.SECONDARY, Role.EFFECT, Role.SIDE)
    place = next((index for index, one in enumerate(order) if _same(one, finding)), len(order))
    return roles.index(finding.role), place, _depth(finding)


def _missing(attempts: Iterable[Attributed]) -> Iterable[Undetermined]:
    """For each attempt that failed or vanished without a cause: what would settle it."""
    for entry in attempts:
        attempt = entry.attempt
        if entry.cause is None and not attempt.delivered:
            reason, needs, stratum = _unsettled(attempt)
            subject = f"{attempt.id}: {attempt.sender} to {attempt.recipient or 'a recipient that is not told'}"
            yield Undetermined(
                code="attempt-unattributed", stratum=stratum, subject=subject, reason=reason, needs=needs
            )


def _unsettled(attempt: Attempt) -> tuple[str, str, Stratum]:
    """Why it has no cause, what would settle it, and where it ended; an answer at hand is not asked for again."""
    reason, needs, stratum = _UNSETTLED[attempt.outcome]
    words = words_of(attempt) if attempt.outcome in (Outcome.BOUNCED, Outcome.DELAYED) else ""
    if not words:
        return reason, needs, stratum
    return (
        f"it was answered “{words[:_SHOWN]}”, and that is no fault that is known here",
        read(attempt).remedy,
        stratum,
    )


_SHOWN = 200
"""Characters of an answer in the reason why it could not be read."""

_UNSETTLED = {
    Outcome.REFUSED_AT_RELAY: (
        "it was refused before SES took it, and no fault that was found explains the answer",
        "the whole bounce (diagnose --bounce FILE), with the server's answer",
        Stratum.RELAY,
    ),
    Outcome.SUPPRESSED: (
        "SES dropped it, and the suppression list has no entry now that explains it",
        "the SES event of this message",
        Stratum.ACCOUNT,
    ),
    Outcome.BOUNCED: (
        "the recipient's server refused it, and no fault that was found explains the answer",
        "the whole bounce or NDR with the server's code (diagnose --bounce FILE)",
        Stratum.RECIPIENT,
    ),
    Outcome.DELAYED: (
        "it is still being tried",
        "time, or the SES event that ends it",
        Stratum.RECIPIENT,
    ),
    Outcome.UNKNOWN: (
        "nobody recorded what became of it, and no fault that was found stops it",
        "its bounce, or the SES events of its message id (an event destination or VDM)",
        Stratum.RECIPIENT,
    ),
}
