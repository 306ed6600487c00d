"""The domain is no SES identity, neither in the region that is used nor in any other that was looked in.

What it sees
    sesv2:GetEmailIdentity finds neither the domain nor a domain above it in the region that the mail goes through, the
    senders are no verified identities of their own there, and the setup's other regions do not have the domain either.
Why it matters
    SES takes the login and then refuses every mail after DATA: "554 Message rejected: Email address is not verified".
    Identities are per account and per region.
How to put it right
    Create the domain as an identity in the region that is used, with Easy DKIM, and publish the three CNAMEs that SES
    gives. Minutes after they can be seen the identity is verified.
Read more
    facts.md B2, A5; https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import all_vouched, halted, in_force, refused_for_identity, vouched
from mailstrata.diagnosis.other_regions import elsewhere
from mailstrata.diagnosis.paths import ids, regions
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import SesIdentity

CODE = "identity-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for an identity in each region in use."""
    for region in regions(case):
        name, identity = in_force(evidence, region, case.setup.domain)
        match identity:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, f"{name} in {region}", unknown)
            case Seen():
                yield Fine(code=CODE, stratum=STRATUM, text=f"{name} is an identity in {region}")
            case Absent():
                yield from _missing(case, evidence, region)


def _missing(case: Case, evidence: Evidence, region: str) -> Iterator[Result]:
    domain = case.setup.domain
    subject = f"{domain} in {region}"
    own = vouched(case, evidence, region)
    others = elsewhere(case, evidence, region)
    if isinstance(own, Unknown):
        yield unsure(CODE, STRATUM, subject, own)
    elif all_vouched(case, region, own):
        text = f"{', '.join(sorted(own))} in {region}: verified without the domain"
        yield Fine(code=CODE, stratum=STRATUM, text=text)
    elif others.unknown is not None and not others.verified:
        yield unsure(CODE, STRATUM, subject, others.unknown)
    elif not others.verified:
        stopped = halted(case, region, own)
        yield Finding(
            code=CODE,
            stratum=STRATUM,
            gravity=Gravity.FAULT,
            confidence=Confidence.PROVEN,
            owner=Owner.YOU,
            subject=subject,
            title=f"{domain} is not an identity of SES in {region}, so SES refuses to send as it",
            because=tuple(f"SES knows no identity {domain} in {where}" for where in (region, *others.asked)),
            evidence=(evidence.proof(SesIdentity(region, domain)),),
            explains=ids(refused_for_identity(stopped, region)),
            stops=ids(stopped),
            fixes=("verify-identity",),
            target=(("region", region), ("domain", domain)),
        )
