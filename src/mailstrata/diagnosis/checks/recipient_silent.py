"""SES took the mail, and a quarter of an hour later it is neither delivered nor bounced.

What it sees
    The events of the message are kept (Virtual Deliverability Manager), and hold no Delivery, Bounce, Reject or Complaint
    15 minutes after SES took it, although the recipient's domain has mail servers; or the bounce says that no server of
    theirs answered. An answer that puts the mail off is a
    finding of its own (recipient-delays).
Why it matters
    The recipient's servers put it off (greylisting, rate limits, trouble) or do not answer. SES tries on for up to 14 hours
    and tells only then. Nothing is lost yet.
How to put it right
    Wait; if it goes on, ask the recipient's administrator to look for the message at their servers.
Read more
    facts.md B7; RFC 5321 4.5.4.1
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailstrata.diagnosis.answers import words_of
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import SIMULATOR
from mailstrata.diagnosis.refused import NO_WAY, Refused, finding, house, refusals
from mailstrata.diagnosis.region_paths import region_of
from mailstrata.diagnosis.route_facts import Kind, route
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.facts import MessageEvent
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import MessageEvents, Mx, SesAccount

CODE = "recipient-silent"
STRATUM = Stratum.RECIPIENT
PATIENCE = timedelta(minutes=15)
"""How long a healthy recipient may take."""
ENDS = frozenset({"Delivery", "Bounce", "Reject", "Complaint"})


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the end of each mail that SES accepted and of which no end is known."""
    open_ends = [(send, _events(case, send)) for send in case.attempts if _is_open(send)]
    evidence.want(*dict.fromkeys(SesAccount(events.region) for _, events in open_ends))
    for send, events in open_ends:
        match evidence[SesAccount(events.region)]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, _subject(send), unknown)
            case Seen(value=account) if account.vdm:  # facts.md B8: without VDM nobody kept the events
                yield from _ended(case, evidence, send, events)
    for refused in refusals(case, evidence, CODE, by=lambda answer: house(answer.send)):
        if isinstance(refused, Refused):  # a mail of which nobody can say was told of above
            yield _unanswered(evidence, refused)


def _unanswered(evidence: Evidence, refused: Refused) -> Finding:
    """The words of the server that tried: it was not answered."""
    domain = refused.domain or "the recipient"
    return finding(
        evidence,
        CODE,
        refused,
        title=f"the servers of {domain} do not answer: {refused.first.send.id} could not be handed over",
        because=(),
        fixes=(
            "send-again-later" if any(one.final for one in refused.answers) else "let-ses-try",
            "ask-recipient-admin",
        ),
        stops=False,
        mechanisms=NO_WAY,
    )


def _is_open(send: Attempt) -> bool:
    unsettled = send.outcome is Outcome.UNKNOWN or (send.outcome is Outcome.DELAYED and not words_of(send))
    return unsettled and bool(send.message_id) and domain_of(send.recipient) != SIMULATOR


def _events(case: Case, send: Attempt) -> MessageEvents:
    return MessageEvents(region_of(case, send), send.message_id or "")


def _subject(send: Attempt) -> str:
    return f"{send.id} to {send.recipient}"


def _ended(case: Case, evidence: Evidence, send: Attempt, question: MessageEvents) -> Iterator[Result]:
    evidence.want(question, Mx(domain_of(send.recipient)))
    match evidence[question]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, _subject(send), unknown)
        case Absent():
            yield unsure(CODE, STRATUM, _subject(send), Unknown(reason="SES kept no events of this message"))
        case Seen(value=events):
            mine = [one for one in events if one.recipient.lower() in ("", send.recipient.lower())]
            end = next((one.kind for one in mine if one.kind in ENDS), "")
            answered = any(one.kind == "DeliveryDelay" and one.diagnostic for one in mine)
            if end == "Delivery":
                yield Fine(code=CODE, stratum=STRATUM, text=f"the server of {send.recipient} took {send.id}")
            elif not end and not answered and case.at - _taken(send, mine, case) >= PATIENCE:
                yield from _silent(evidence, send, question)


def _taken(send: Attempt, events: list[MessageEvent], case: Case) -> datetime:
    """When SES took the mail, as far as anybody says; else now, so that nobody is called slow without a clock."""
    return min((one.at for one in events), default=send.at or case.at)


def _silent(evidence: Evidence, send: Attempt, question: MessageEvents) -> Iterator[Result]:
    domain = domain_of(send.recipient)
    way = route(evidence, domain)
    if way.unknown is not None:
        yield unsure(CODE, STRATUM, _subject(send), way.unknown)
    elif way.kind is Kind.OPEN:
        yield Finding(
            code=CODE,
            stratum=STRATUM,
            gravity=Gravity.WARNING,
            confidence=Confidence.LIKELY,
            owner=Owner.RECIPIENT,
            subject=_subject(send),
            title=f"SES took the mail to {send.recipient}, and the servers of {domain} have neither taken nor refused it",
            because=("no Delivery and no Bounce within 15 minutes", f"the way there is open: {way.words}"),
            evidence=(evidence.proof(question), evidence.proof(Mx(domain))),
            explains=(send.id,),
            fixes=("ask-recipient-admin",),
            target=(("region", question.region), ("address", send.recipient)),
        )
