"""The account has sent as many mails in 24 hours as SES allows it in this region.

What it sees
    sesv2:GetAccount: SentLast24Hours has reached Max24HourSend (recipients count, not mails; -1 is no limit).
Why it matters
    SES refuses what comes next ("454 Throttling failure: Daily message quota exceeded") and does not queue it. The window
    slides: sends older than 24 hours free their share.
How to put it right
    Wait; the quota frees itself hour by hour. If it happens without a campaign, see who sends (a leaked key?). AWS raises
    the quota on request.
Read more
    facts.md A5, B1; https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids, regions
from mailstrata.diagnosis.refusals import said
from mailstrata.diagnosis.region_paths import in_region
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import SesAccountFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesAccount

CODE = "quota-exhausted"
STRATUM = Stratum.ACCOUNT
UNLIMITED = -1


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare what was sent with the quota in each region in use."""
    evidence.want(*(SesAccount(region) for region in regions(case)))
    for region in regions(case):
        match evidence[SesAccount(region)]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, region, unknown)
            case Seen(value=account) if account.max_24_hours == UNLIMITED:
                yield Fine(code=CODE, stratum=STRATUM, text=f"no daily quota in {region}")
            case Seen(value=account) if account.sent_24_hours < account.max_24_hours:
                yield Fine(code=CODE, stratum=STRATUM, text=f"{_share(account)} of the daily quota used in {region}")
            case Seen(value=account):
                yield _exhausted(case, evidence, region, account)


def _share(account: SesAccountFacts) -> str:
    return f"{account.sent_24_hours:.0f} of {account.max_24_hours:.0f}"


def _exhausted(case: Case, evidence: Evidence, region: str, account: SesAccountFacts) -> Finding:
    stopped = in_region(case, region)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=region,
        title=f"the daily quota in {region} is used up: {_share(account)} recipients in 24 hours",
        because=(f"SES counts {_share(account)} recipients in the last 24 hours",),
        evidence=(evidence.proof(SesAccount(region)),),
        explains=ids(said(stopped, "daily message quota exceeded", "daily sending quota exceeded")),
        stops=ids(stopped),
        fixes=("wait-for-quota",),
        target=(("region", region),),
    )
