"""Sending is paused for the account in this region.

What it sees
    sesv2:GetAccount says SendingEnabled false, or EnforcementStatus SHUTDOWN.
Why it matters
    SES refuses every mail: "Sending paused for this account". AWS pauses accounts with too many bounces or complaints;
    SendingEnabled can also have been turned off by the account's own people or by an alarm of theirs.
How to put it right
    Paused by AWS: answer the case in AWS's support centre, with what was changed so that it does not happen again.
    Turned off by yourselves: turn it on (sesv2 put-account-sending-attributes --sending-enabled) once the reason is gone.
Read more
    facts.md A5, B1; https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids, regions
from mailstrata.diagnosis.refusals import said
from mailstrata.diagnosis.region_paths import in_region
from mailstrata.diagnosis.reputation_facts import rates
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import SesAccountFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Reputation, SesAccount

CODE = "account-paused"
STRATUM = Stratum.ACCOUNT
WORDS = ("sending paused", "SendingPausedException", "AccountSuspendedException", "account is suspended")
"""What SES says of it, by SMTP and by the API (facts.md A5, B1)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the account in each region in use."""
    evidence.want(*(SesAccount(region) for region in regions(case)))
    for region in regions(case):
        match evidence[SesAccount(region)]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, region, unknown)
            case Seen(value=account) if account.sending and account.enforcement != "SHUTDOWN":
                yield Fine(code=CODE, stratum=STRATUM, text=f"sending is on in {region}")
            case Seen(value=account):
                yield _paused(case, evidence, region, account)


def _paused(case: Case, evidence: Evidence, region: str, account: SesAccountFacts) -> Finding:
    by_aws = account.enforcement == "SHUTDOWN"
    stopped = in_region(case, region)
    told = rates(evidence, region) if by_aws else ()
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.AWS if by_aws else Owner.YOU,
        subject=region,
        title=f"sending is paused in {region}" + (" by AWS" if by_aws else ": it was turned off in the account itself"),
        because=(f"SendingEnabled is {str(account.sending).lower()}, EnforcementStatus {account.enforcement}", *told),
        evidence=(evidence.proof(SesAccount(region)), *((evidence.proof(Reputation(region)),) if told else ())),
        explains=ids(said(stopped, *WORDS)),
        stops=ids(stopped),
        fixes=("appeal-pause",) if by_aws else ("resume-sending",),
        target=(("region", region),),
    )
