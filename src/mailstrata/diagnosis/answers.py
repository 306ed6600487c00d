"""What the recipients' servers answered, each answer read by the classification of bounces.

    for answer in answers(case, evidence):
        match answer:
            case Answer(said=said): said.code         # "recipient-unknown"
            case Unheard(unknown=unknown): ...         # SES keeps the event, and it could not be read

An answer stands in a bounce, in a pasted text, in an application's log, or in SES's own events, which are asked for where a
mail's fate is unknown and SES keeps them (facts.md B8). What was refused before SES took it, or dropped by SES, is none: no
server of the recipient's was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import told
from mailstrata.diagnosis.paths import SIMULATOR
from mailstrata.diagnosis.region_paths import region_of
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.facts import MessageEvent
from mailstrata.model.finding import Grade, Proof
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import MessageEvents, SesAccount
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from mailstrata.bounces.classification.result import Classification

_STANDARD = "rfc3464"
_ANSWERED = {Outcome.BOUNCED: "failed", Outcome.DELAYED: "delayed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One mail's last answer. ``events`` is what told of it, where that was not the operator."""

    send: Attempt
    said: Classification
    events: MessageEvents | None = None

    @property
    def words(self) -> str:
        """The server's own, verbatim."""
        return words_of(self.send)

    @property
    def final(self) -> bool:
        """Whether the mail is lost; else it is still being tried."""
        return self.send.outcome is Outcome.BOUNCED

    def proof(self, evidence: Evidence) -> Proof:
        """The words as evidence: SES tells of them, or whoever handed in the bounce. Nobody saw the server itself."""
        if self.events is not None:
            return evidence.proof(self.events, self.words, grade=Grade.REPORTED)
        source, at = self.send.source, self.send.at
        question = f"the answer to {self.send.id}"
        return Proof(question=question, grade=Grade.REPORTED, source=source, at=at, quote=self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """A mail whose fate could not be read."""

    send: Attempt
    unknown: Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A mail as far as its fate is known. ``events`` is what told of it, where that was not the operator."""

    send: Attempt
    events: MessageEvents | None = None


def answers(case: Case, evidence: Evidence) -> Iterator[Answer | Unheard]:
    """The answers to the attempts, in their order."""
    for one in fates(case, evidence):
        if isinstance(one, Unheard):
            yield one
        elif one.send.outcome in _ANSWERED and words_of(one.send):
            yield Answer(send=one.send, said=read(one.send), events=one.events)


def fates(case: Case, evidence: Evidence) -> Iterator[Heard | Unheard]:
    """What became of each attempt, in their order; events are asked for where SES keeps them."""
    sends = [send for send in case.attempts if domain_of(send.recipient) != SIMULATOR]
    waiting = {send.id: region_of(case, send) for send in sends if _is_open(send)}
    evidence.want(*(SesAccount(region) for region in dict.fromkeys(waiting.values())))
    kept = {send.id: MessageEvents(waiting[send.id], send.message_id or "") for send in sends if send.id in waiting}
    evidence.want(*(one for one in kept.values() if _keeps(evidence, one.region)))
    for send in sends:
        events = kept.get(send.id)
        known = _told(evidence, events) if events is not None else ()
        if isinstance(known, Unknown):
            yield Unheard(send=send, unknown=known)
        else:
            yield Heard(send=told(send, known), events=events)


def _is_open(send: Attempt) -> bool:
    return send.outcome is Outcome.UNKNOWN and bool(send.message_id)


def _keeps(evidence: Evidence, region: str) -> bool:
    seen = evidence[SesAccount(region)]
    return isinstance(seen, Seen) and seen.value.vdm


def _told(evidence: Evidence, events: MessageEvents) -> tuple[MessageEvent, ...] | Unknown:
    """The recorded events; nothing where SES keeps none."""
    account = evidence[SesAccount(events.region)]
    if isinstance(account, Unknown):
        return account
    if not _keeps(evidence, events.region):
        return ()
    seen = evidence[events]
    if isinstance(seen, Unknown):
        return seen
    return seen.value if isinstance(seen, Seen) else ()


def words_of(send: Attempt) -> str:
    """What was answered to a send, verbatim but for the ``smtp;`` before it (RFC 3464 2.3.6); empty when nobody kept it."""
    return send.diagnostic.removeprefix("smtp;").strip() or str(send.reply or "") or send.status


def read(send: Attempt) -> Classification:
    """The reading of a send's answer, the same as ``bounce read`` gives of its bounce."""
    from mailstrata.bounces.bounce import Bounce
    from mailstrata.bounces.classification.classify import classify
    from mailstrata.bounces.provider import provider_of

    provider = send.provider or provider_of(send.remote_mta, send.diagnostic, send.reporting_mta)
    return classify(
        Bounce(
            recipient=send.recipient,
            action=_ANSWERED.get(send.outcome, "failed"),
            status=send.status,
            reply=send.reply,
            diagnostic=send.diagnostic.removeprefix("smtp;").strip(),
            context=send.context,
            dialect=send.dialect or _STANDARD,
            provider=provider,
            remote_mta=send.remote_mta,
            reporting_mta=send.reporting_mta,
            sender=send.sender,
        )
    )
