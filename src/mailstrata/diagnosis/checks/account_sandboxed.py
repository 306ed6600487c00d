"""The account is in SES's sandbox in this region: it may write only to verified addresses.

What it sees
    sesv2:GetAccount says ProductionAccessEnabled false; and which recipients of the mails at hand are verified identities,
    by themselves or by their domain.
Why it matters
    SES refuses every mail to anybody else after DATA: "554 Message rejected: Email address is not verified", naming the
    recipient. 200 mails a day, one a second. Each region has a sandbox of its own.
How to put it right
    Ask AWS for production access in this region; an answer takes about a day. Until then a recipient can be verified who
    clicks the link in a mail by AWS.
Read more
    facts.md A5, B1; https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import SIMULATOR, ids, regions
from mailstrata.diagnosis.refusals import not_verified
from mailstrata.diagnosis.region_paths import in_region
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesAccount, SesIdentity

CODE = "account-sandboxed"
STRATUM = Stratum.ACCOUNT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the account in each region in use."""
    evidence.want(*(SesAccount(region) for region in regions(case)))
    for region in regions(case):
        match evidence[SesAccount(region)]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, region, unknown)
            case Seen(value=account) if account.production:
                yield Fine(code=CODE, stratum=STRATUM, text=f"production access in {region}")
            case Seen():
                yield from _sandboxed(case, evidence, region)


def _sandboxed(case: Case, evidence: Evidence, region: str) -> Iterator[Result]:
    sends = in_region(case, region)
    named = dict.fromkeys(send.recipient for send in sends if domain_of(send.recipient) not in ("", SIMULATOR))
    evidence.want(*(question for one in named for question in _identities(region, one)))
    closed = set()
    for recipient in named:
        seen = [evidence[question] for question in _identities(region, recipient)]
        unknown = next((one for one in seen if isinstance(one, Unknown)), None)
        if any(isinstance(one, Seen) and one.value.verified for one in seen):
            continue
        if unknown is not None:
            yield unsure(CODE, STRATUM, f"whether {recipient} is verified in {region}", unknown)
        else:
            closed.add(recipient)
    yield _finding(case, evidence, region, frozenset(closed))


def _identities(region: str, recipient: str) -> tuple[SesIdentity, ...]:
    """What would make ``recipient`` an allowed one: its own identity or its domain's."""
    return SesIdentity(region, recipient), SesIdentity(region, domain_of(recipient))


def _finding(case: Case, evidence: Evidence, region: str, closed: frozenset[str]) -> Finding:
    stopped = [send for send in in_region(case, region) if send.recipient in closed]
    refused = [send for send in stopped if not_verified(send, send.recipient, region)]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if stopped else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=region,
        title=f"the account is in SES's sandbox in {region}: it can write only to verified addresses",
        because=tuple(f"{recipient} is not verified in {region}" for recipient in sorted(closed)),
        evidence=(evidence.proof(SesAccount(region)),),
        explains=ids(refused),
        stops=ids(stopped),
        fixes=("request-production",),
        target=(("region", region),),
    )
