"""Which fault made an entry of the suppression list: the refusal that a mail at hand met (facts.md B5).

    maker(evidence, listed, sends, fates)       # "recipient-refuses-policy", or None

SES adds an address when its server refuses a mail for good. The entry is the effect of that refusal and outlives it: removed
before the refusal is mended, the next mail puts it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from mailstrata.diagnosis.answers import read, words_of
from mailstrata.diagnosis.bounce_trace import kept, recorded
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import told
from mailstrata.diagnosis.route_facts import Kind, route
from mailstrata.diagnosis.suppression_facts import Fate, Listed
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.finding import Stratum
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import MessageEvents, SesAccount
from mailstrata.model.reply import Reply

NEAR = timedelta(days=2)
"""How long after a mail the entry that its bounce makes comes at most: SES tries for 14 hours, and an NDR may follow late."""
_NO_WAY = {
    Kind.ABSENT: "recipient-domain-absent",
    Kind.CLOSED: "recipient-accepts-no-mail",
    Kind.BROKEN: "recipient-mx-failing",
}


def maker(evidence: Evidence, found: Listed, sends: Iterable[Attempt], fates: Mapping[str, Fate]) -> str | None:
    """The code of the fault, where a bounce at hand made the entry: no way to the domain, or what its server answered."""
    made = [send for send in sends if fates[send.id] is Fate.MADE or _shortly_before(send, found)]
    if not made:
        return None
    closed = _NO_WAY.get(route(evidence, domain_of(found.address)).kind or Kind.OPEN)
    return closed or next(filter(None, (_refusal(evidence, found, send) for send in made)), None)


def behind(evidence: Evidence, found: Listed) -> Attempt | None:
    """The mail whose bounce made the entry, as SES recorded it, where it is none that the operator speaks of."""
    message = found.entry.message_id
    if not message or not kept(evidence[SesAccount(found.region)]):
        return None
    words = recorded(evidence, MessageEvents(found.region, message))
    if isinstance(words, Unknown) or not words:
        return None
    said = words.removeprefix("smtp;").strip()
    return Attempt(
        id="",
        sender="",
        recipient=found.address,
        via=Via.SES_API,
        outcome=Outcome.BOUNCED,
        message_id=message,
        reply=Reply.parse(said),
        diagnostic=said,
    )


def _shortly_before(send: Attempt, found: Listed) -> bool:
    """Whether this mail was refused just before the entry was made; a bounce does not always name SES's own id."""
    if send.outcome is not Outcome.BOUNCED or send.at is None or found.entry.reason != "BOUNCE":
        return False
    return send.at <= found.entry.updated <= send.at + NEAR


def _refusal(evidence: Evidence, found: Listed, send: Attempt) -> str | None:
    """What the recipient's server answered to the mail whose bounce made the entry."""
    events = MessageEvents(found.region, send.message_id or "")
    seen = evidence[events] if send.outcome is Outcome.UNKNOWN and kept(evidence[SesAccount(found.region)]) else None
    settled = told(send, seen.value) if isinstance(seen, Seen) else send
    if settled.outcome is not Outcome.BOUNCED or not words_of(settled):
        return None
    said = read(settled)
    return said.code if said.stratum is Stratum.RECIPIENT else None
