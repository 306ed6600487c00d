"""What is left of the bounce that once put a recipient on the suppression list.

    for trace in traces(case, evidence): seen_code(case, evidence, trace)

gives the remote server's own words where somebody kept them: a bounce at hand, or SES's events of that message, which exist
only where the Virtual Deliverability Manager is on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import SUPPRESSED
from mailstrata.diagnosis.paths import to_address
from mailstrata.diagnosis.suppression_facts import applied, listed, spellings, watched
from mailstrata.model.attempt import Case, Outcome
from mailstrata.model.facts import SesAccountFacts, SuppressionFacts
from mailstrata.model.finding import Proof
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import MessageEvents, Mx, Question, RemovedSuppression, SesAccount, Suppression
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An entry, standing or removed. ``present`` says that it stands and holds mail back."""

    region: str
    address: str
    entry: SuppressionFacts | None = None
    question: Suppression | RemovedSuppression | None = None
    present: bool = False
    unknown: Unknown | None = None

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.address} in {self.region}"


def traces(case: Case, evidence: Evidence) -> Iterator[Trace]:
    """The entry of each recipient, or the one that mailstrata removed; nothing where there was none."""
    pairs = watched(case)
    removed = [RemovedSuppression(*pair) for pair in pairs]
    accounts = dict.fromkeys(SesAccount(region) for region, _ in pairs)
    routes = dict.fromkeys(Mx(domain_of(recipient)) for _, recipient in pairs)
    evidence.want(*(one for pair in pairs for one in spellings(*pair)), *removed, *accounts, *routes)
    for region, recipient in pairs:
        found, unseen = listed(evidence, region, recipient)
        for question, unknown in unseen:
            yield Trace(region=region, address=question.address, unknown=unknown)
        for one in found:
            present = applied(evidence, one) is True
            yield Trace(region=region, address=one.address, entry=one.entry, question=one.question, present=present)
        if not found and not unseen:
            yield from _removed(evidence, RemovedSuppression(region, recipient))


def seen_code(case: Case, evidence: Evidence, trace: Trace) -> str | Unknown:
    """The words of the server that refused; empty when nobody kept them."""
    for send in to_address(case, trace.address):
        if send.outcome is Outcome.BOUNCED and (send.diagnostic or send.reply):
            return send.diagnostic or str(send.reply)
    if trace.entry is None or not trace.entry.message_id:
        return ""
    account = evidence[SesAccount(trace.region)]
    if isinstance(account, Unknown):
        return account
    return recorded(evidence, MessageEvents(trace.region, trace.entry.message_id)) if kept(account) else ""


def proofs(evidence: Evidence, trace: Trace) -> tuple[Proof, ...]:
    """The entry, and what was asked for the words behind it."""
    asked: list[Question[Any]] = [trace.question] if trace.question is not None else []
    message = trace.entry.message_id if trace.entry else ""
    if message:
        asked.append(SesAccount(trace.region))
        asked += [MessageEvents(trace.region, message)] if kept(evidence[SesAccount(trace.region)]) else []
    return tuple(evidence.proof(question) for question in asked)


def kept(account: Observation[SesAccountFacts]) -> bool:
    """Whether SES keeps what became of a message: message insights are a part of VDM (facts.md B8)."""
    return isinstance(account, Seen) and account.value.vdm


def recorded(evidence: Evidence, question: MessageEvents) -> str | Unknown:
    """The words of the refusal in the recorded events of a message; empty when there are none."""
    match evidence[question]:
        case Unknown() as unknown:
            return unknown
        case Absent():
            return ""
        case Seen(value=events):
            bounces = (one for one in events if one.kind == "Bounce" and not one.subtype.endswith(SUPPRESSED))
            return next((one.diagnostic for one in bounces if one.diagnostic), "")


def _removed(evidence: Evidence, question: RemovedSuppression) -> Iterator[Trace]:
    region, address = question.region, question.address
    match evidence[question]:
        case Unknown() as unknown:
            yield Trace(region=region, address=address, unknown=unknown)
        case Seen(value=entry):
            yield Trace(region=region, address=address, entry=entry, question=question)
