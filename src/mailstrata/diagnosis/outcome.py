"""What became of the attempts, as far as SES's own events tell (facts.md B7).

SES's 250 or message id only says that the mail was accepted. Whether it was dropped, bounced or delivered comes later, as
an event; where events are recorded they settle an attempt that was "unknown" until now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.facts import MessageEvent
from mailstrata.model.observation import Seen
from mailstrata.model.question import MessageEvents
from mailstrata.model.reply import Reply

SUPPRESSED = "OnAccountSuppressionList"
"""The bounceSubType of a mail that SES accepted and dropped (facts.md B5)."""

GLOBALLY = "/Suppressed"
"""The end of ``Permanent/Suppressed``: dropped for SES's own list, which all accounts share (facts.md B5)."""


def settle(case: Case, evidence: Evidence) -> Case:
    """The case with each attempt's outcome as the recorded events tell it, where they do."""
    attempts = tuple(_settled(attempt, regions(case), evidence) for attempt in case.attempts)
    return dataclasses.replace(case, attempts=attempts)


def _settled(attempt: Attempt, used: Iterable[str], evidence: Evidence) -> Attempt:
    if attempt.message_id is None:
        return attempt
    for region in used:
        question = MessageEvents(region, attempt.message_id)
        if question in evidence and isinstance(seen := evidence[question], Seen):
            return told(attempt, seen.value)
    return attempt


def heard(evidence: Evidence, region: str, sends: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """The sends of one region, those of unknown outcome as their recorded events tell them. Asks for the events."""
    sends = tuple(sends)
    events = {
        send.id: MessageEvents(region, send.message_id)
        for send in sends
        if send.outcome is Outcome.UNKNOWN and send.message_id
    }
    evidence.want(*events.values())
    return tuple(_heard(evidence, send, events.get(send.id)) for send in sends)


def _heard(evidence: Evidence, send: Attempt, question: MessageEvents | None) -> Attempt:
    seen = evidence[question] if question is not None else None
    return told(send, seen.value) if isinstance(seen, Seen) else send


def told(attempt: Attempt, events: Iterable[MessageEvent]) -> Attempt:
    """The attempt as ``events`` tell it. A Bounce after a Delivery stands: the server took it and sent it back."""
    concerned = [event for event in events if event.recipient.lower() in ("", attempt.recipient.lower())]
    for kind in ("Bounce", "Reject", "Delivery", "DeliveryDelay"):
        for event in concerned:
            if event.kind == kind:
                return dataclasses.replace(
                    attempt,
                    outcome=_outcome(event),
                    diagnostic=event.diagnostic or attempt.diagnostic,
                    reply=Reply.parse(event.diagnostic.removeprefix("smtp;")) or attempt.reply,
                )
    return attempt


def _outcome(event: MessageEvent) -> Outcome:
    if event.kind == "Delivery":
        return Outcome.DELIVERED
    if event.kind == "DeliveryDelay":
        return Outcome.DELAYED
    return Outcome.SUPPRESSED if event.subtype.endswith((SUPPRESSED, GLOBALLY)) else Outcome.BOUNCED
