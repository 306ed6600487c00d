"""The domain is verified in another region than the one its mail goes through.

What it sees
    sesv2:GetEmailIdentity finds no identity in the region that is used, and a verified one in another region of the setup.
Why it matters
    An identity is verified for one region. In all others SES refuses the sender after DATA: "554 Message rejected: Email
    address is not verified". Password, suppression list and sandbox are per region, too.
How to put it right
    Send through the region that has the identity: its endpoint in Gmail's dialogue, with a password derived for it. Or
    verify the domain in the region that is used as well.
Read more
    facts.md B2, H; https://docs.aws.amazon.com/ses/latest/dg/regions.html
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

CODE = "identity-in-other-region"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at each region in use, and at the others where that one has no identity."""
    for region in regions(case):
        name, identity = in_force(evidence, region, case.setup.domain)
        match identity:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, f"{name} in {region}", unknown)
            case Seen():
                yield Fine(code=CODE, stratum=STRATUM, text=f"{name} is an identity where it is used, in {region}")
            case Absent():
                yield from _missing(case, evidence, region)


def _missing(case: Case, evidence: Evidence, region: str) -> Iterator[Result]:
    domain = case.setup.domain
    own = vouched(case, evidence, region)
    others = elsewhere(case, evidence, region)
    if isinstance(own, Unknown):
        yield unsure(CODE, STRATUM, f"{domain} in {region}", own)
    elif others.verified and not all_vouched(case, region, own):
        stopped = halted(case, region, own)
        names = " and ".join(others.verified)
        yield Finding(
            code=CODE,
            stratum=STRATUM,
            gravity=Gravity.FAULT,
            confidence=Confidence.PROVEN,
            owner=Owner.YOU,
            subject=f"{domain} in {region}",
            title=f"mail goes through {region}, but {domain} is verified in {names}",
            because=(f"SES knows no identity {domain} in {region}", f"it is verified in {names}"),
            evidence=tuple(evidence.proof(SesIdentity(one, domain)) for one in (region, *others.verified)),
            explains=ids(refused_for_identity(stopped, region)),
            stops=ids(stopped),
            fixes=("use-identity-region",),
            target=(("region", region), ("domain", domain), ("identity-region", others.verified[0])),
        )
    elif others.unknown is not None:
        yield unsure(CODE, STRATUM, f"{domain} in {region}", others.unknown)
