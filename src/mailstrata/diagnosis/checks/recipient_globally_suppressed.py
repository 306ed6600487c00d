"""The recipient is on SES's own suppression list, which all accounts share: SES accepts mails to them and sends nothing.

What it sees
    The event or the bounce of a mail: Permanent/Suppressed, "has a recent history of bouncing as an invalid address". The
    list itself cannot be asked. Whether the account's own list is on for bounces tells if the next mail meets it.
Why it matters
    A hard bounce of the address, perhaps in somebody else's account, put it there for up to 14 days. Mails to it are dropped
    and count as bounces of this account.
How to put it right
    Make sure that the address exists, by another way. Then turn the account's own suppression list on for bounces: it
    overrides the shared one, and SES tries the address again. Or wait until the 14 days are over.
Read more
    facts.md B5; https://docs.aws.amazon.com/ses/latest/dg/sending-email-global-suppression-list.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.answers import Answer, Heard, Unheard, fates, read
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids
from mailstrata.diagnosis.region_paths import region_of
from mailstrata.diagnosis.suppression_facts import for_all
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen
from mailstrata.model.question import SesAccount

CODE = "recipient-globally-suppressed"
STRATUM = Stratum.ACCOUNT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each recipient, in each region, to whom a mail was dropped so."""
    dropped: dict[tuple[str, str], list[Heard]] = {}
    for one in fates(case, evidence):
        if isinstance(one, Unheard):
            yield unsure(CODE, STRATUM, f"{one.send.id} to {one.send.recipient}", one.unknown)
        elif for_all(one.send):
            key = (region_of(case, one.send), one.send.recipient.lower())
            dropped.setdefault(key, []).append(one)
    for (region, _), heard in dropped.items():
        yield _finding(case, evidence, region, tuple(heard))


def _finding(case: Case, evidence: Evidence, region: str, heard: tuple[Heard, ...]) -> Finding:
    address = heard[0].send.recipient
    overridden = _overridden(evidence, region)
    proofs = (Answer(send=one.send, said=read(one.send), events=one.events).proof(evidence) for one in heard)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING if overridden else Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{address} in {region}",
        title=f"SES drops mail to {address} for its own suppression list, which all accounts share",
        because=(
            "an address stands there for up to 14 days after a hard bounce in any account",
            _own(evidence, region),
        ),
        evidence=tuple(proofs),
        explains=ids(one.send for one in heard),
        stops=() if overridden else ids(_ahead(case, region, address)),
        fixes=("send-once-more",) if overridden else ("use-own-suppression",),
        target=(("region", region), ("address", address)),
    )


def _own(evidence: Evidence, region: str) -> str:
    """What the account's own list makes of it."""
    if not isinstance(evidence[SesAccount(region)], Seen):
        return "whether the account's own list is on for bounces, and overrides it, could not be seen"
    if _overridden(evidence, region):
        return "the account's own list is on for bounces, which overrides it: the next mail is tried"
    return "the account's own list, which would override it, is not on for bounces"


def _overridden(evidence: Evidence, region: str) -> bool:
    seen = evidence[SesAccount(region)]
    return isinstance(seen, Seen) and "BOUNCE" in seen.value.suppressed_reasons


def _ahead(case: Case, region: str, address: str) -> tuple[Attempt, ...]:
    return tuple(
        send
        for send in case.sends
        if send.recipient.lower() == address.lower() and region_of(case, send) == region and not send.delivered
    )
