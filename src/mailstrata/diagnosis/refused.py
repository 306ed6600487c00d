"""The answers of recipients' servers that amount to one fault: what the checks of refusals share.

    for refused in refusals(case, evidence, "recipient-full", by=mailbox):
        if isinstance(refused, Undetermined): ...
        refused.subject, refused.answers, refused.ahead

One fault is what one change would mend: a mailbox, or what the servers of a domain think of mail from another. A refusal is
the past; that the next mail meets it too is what it proves, as long as none has been delivered there since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mailstrata.bounces.classification.result import Classification
from mailstrata.diagnosis.answers import Answer, Unheard, answers
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.whose_server import whose
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Stratum, Undetermined
from mailstrata.model.names import domain_of
from mailstrata.model.values import dataclass

Target = tuple[tuple[str, str], ...]
NOBODY = "the recipient"
"""Where a pasted text does not tell to whom the mail was."""
NO_WAY = ("recipient-domain-absent", "recipient-accepts-no-mail", "recipient-mx-failing")
"""What makes SES wait where there is nobody to answer."""
_SURENESS = tuple(Confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a refusal is about: ``holds`` says which other sends meet it as well."""

    subject: str
    target: Target
    holds: Callable[[Attempt], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One fault. ``ahead`` are the sends that meet it; none where a later mail was delivered."""

    place: Place
    answers: tuple[Answer, ...]
    ahead: tuple[Attempt, ...]
    mended: bool

    @property
    def first(self) -> Answer:
        """The earliest answer."""
        return self.answers[0]

    @property
    def domain(self) -> str:
        """The recipient's domain."""
        return domain_of(self.first.send.recipient)

    @property
    def owner(self) -> Owner:
        """Who can mend it, by the classification of the answer."""
        return self.first.said.owner


def mailbox(send: Attempt) -> Place:
    """One recipient."""
    address = send.recipient.lower()
    return Place(
        subject=send.recipient or NOBODY,
        target=(("address", send.recipient),) if address else (),
        holds=lambda other: other.recipient.lower() == address,
    )


def house(send: Attempt) -> Place:
    """The servers of a domain, whatever they are sent and by whom."""
    domain = domain_of(send.recipient)
    return Place(
        subject=domain or NOBODY,
        target=(("domain", domain),) if domain else (),
        holds=lambda other: domain_of(other.recipient) == domain,
    )


def name_at_house(send: Attempt) -> Place:
    """What the servers of a domain make of mail in the name of another."""
    author, domain = domain_of(send.sender), domain_of(send.recipient)
    return Place(
        subject=f"{author} at {domain or NOBODY}",
        target=(("author", author),),
        holds=lambda other: (domain_of(other.sender), domain_of(other.recipient)) == (author, domain),
    )


def message(send: Attempt) -> Place:
    """This mail alone."""
    subject = f"{send.id} to {send.recipient or NOBODY}"
    return Place(subject=subject, target=(("attempt", send.id),), holds=lambda other: other.id == send.id)


def refusals(
    case: Case,
    evidence: Evidence,
    code: str,
    *,
    by: Callable[[Answer], Place],
    also: Callable[[Classification], bool] = lambda _: False,
) -> Iterator[Refused | Undetermined]:
    """The faults of ``code`` that the answers tell of, and the mails of which nobody can say.

    ``also`` adds answers in which the classification reads another fault.
    """
    found: dict[str, tuple[Place, list[Answer]]] = {}
    for answer in answers(case, evidence):
        if isinstance(answer, Unheard):
            subject = f"{answer.send.id} to {answer.send.recipient}"
            yield unsure(code, Stratum.RECIPIENT, subject, answer.unknown)
        elif answer.said.stratum is Stratum.RECIPIENT and (answer.said.code == code or also(answer.said)):
            place = by(answer)
            found.setdefault(place.subject.lower(), (place, []))[1].append(answer)
    for place, said in found.values():
        yield _refused(case, place, said)


def told(
    case: Case,
    evidence: Evidence,
    code: str,
    *,
    by: Callable[[Answer], Place],
    tell: Callable[[Evidence, Refused], Finding],
    also: Callable[[Classification], bool] = lambda _: False,
) -> Iterator[Finding | Undetermined]:
    """Each fault of ``code`` as ``tell`` words it."""
    for one in refusals(case, evidence, code, by=by, also=also):
        yield tell(evidence, one) if isinstance(one, Refused) else one


def _refused(case: Case, place: Place, said: list[Answer]) -> Refused:
    mended = any(_later(send, said[-1].send) for send in case.attempts if send.delivered and place.holds(send))
    ahead = tuple(send for send in case.sends if place.holds(send) and not send.delivered)
    return Refused(place=place, answers=tuple(said), ahead=() if mended else ahead, mended=mended)


def _later(send: Attempt, other: Attempt) -> bool:
    return send.at is not None and other.at is not None and send.at > other.at


def finding(
    evidence: Evidence,
    code: str,
    refused: Refused,
    *,
    title: str,
    because: tuple[str, ...],
    fixes: tuple[str, ...],
    stops: bool = True,
    mechanisms: tuple[str, ...] = (),
    confidence: Confidence | None = None,
) -> Finding:
    """The finding of one fault. ``stops``: whether the next mail meets it too."""
    final = any(answer.final for answer in refused.answers)
    return Finding(
        code=code,
        stratum=Stratum.RECIPIENT,
        gravity=Gravity.FAULT if final and not refused.mended else Gravity.WARNING,
        confidence=confidence or min((one.said.confidence for one in refused.answers), key=_SURENESS.index),
        owner=refused.owner,
        subject=refused.place.subject,
        title=title,
        because=(*_words(evidence, refused), *because),
        evidence=tuple(answer.proof(evidence) for answer in refused.answers),
        explains=ids(answer.send for answer in refused.answers),
        stops=ids(refused.ahead) if stops else (),
        fixes=("send-once-more",) if refused.mended else fixes,
        target=refused.place.target,
        mechanisms=mechanisms,
    )


def _words(evidence: Evidence, refused: Refused) -> Iterator[str]:
    """Who answered, whether that is the end of the mail, and what has come since."""
    where = f"the server of {whose(evidence, refused.domain)}" if refused.domain else "the recipient's server"
    for answer in refused.answers:
        yield f"{answer.send.id} {'was lost' if answer.final else 'is put off'} at {where}"
    if not refused.first.send.recipient:
        yield "to whom the mail was is not told; with --to ADDRESS more can be looked at"
    if refused.mended:
        yield "a later mail was delivered there: it has passed"
