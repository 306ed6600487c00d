"""AWS has the account under review: it still sends, and may be paused.

What it sees
    sesv2:GetAccount says EnforcementStatus PROBATION; CloudWatch tells the rates that AWS judges by.
Why it matters
    Mail goes out as before. If bounces or complaints stay high until the review ends, AWS pauses the account, and then every
    mail is refused.
How to put it right
    Read AWS's mail about the review and do what it names: send only to people who asked for it, take bounced and complaining
    addresses off every list, and answer the case with what was changed.
Read more
    facts.md B1; https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.reputation_facts import rates
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Reputation, SesAccount

CODE = "account-on-probation"
STRATUM = Stratum.ACCOUNT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the account in each region in use."""
    evidence.want(*(SesAccount(region) for region in regions(case)))
    for region in regions(case):
        match evidence[SesAccount(region)]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, region, unknown)
            case Seen(value=account) if account.enforcement == "PROBATION":
                yield _reviewed(evidence, region)
            case Seen(value=account) if account.enforcement == "HEALTHY":
                yield Fine(code=CODE, stratum=STRATUM, text=f"AWS has nothing against the account in {region}")


def _reviewed(evidence: Evidence, region: str) -> Finding:
    told = rates(evidence, region)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=region,
        title=f"AWS has the account under review in {region}; if it does not improve, sending is paused",
        because=("EnforcementStatus is PROBATION", *told),
        evidence=(evidence.proof(SesAccount(region)), *((evidence.proof(Reputation(region)),) if told else ())),
        fixes=("end-review",),
        target=(("region", region),),
    )
