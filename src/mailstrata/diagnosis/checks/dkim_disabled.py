"""DKIM signing is turned off for the identity, or was never set up.

What it sees
    sesv2:GetEmailIdentity says SigningEnabled false: for the domain, or for an address of it that is an identity of its
    own and so overrides the domain's setting.
Why it matters
    SES then signs only as amazonses.com, which never aligns with the sender's domain. DMARC rests on the MAIL FROM domain
    alone; without one of one's own it fails, and recipients treat the mail as the policy asks.
How to put it right
    Turn signing on (sesv2 put-email-identity-dkim-attributes --signing-enabled); the records may still be there. An
    address identity that overrides its domain is best deleted.
Read more
    facts.md B2, B4, C1; https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Signing, damage, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.region_paths import senders
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesIdentity

CODE = "dkim-disabled"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the domain's identity in each region in use, then at those of its addresses that are identities."""
    for who in signing(case, evidence):
        if who.facts is None:
            if who.unknown is not None:
                yield unsure(CODE, STRATUM, who.subject, who.unknown)
        elif not who.facts.dkim.signing:
            yield _disabled(case, evidence, who, who.identity)
        else:
            yield from _addresses(case, evidence, who)


def _addresses(case: Case, evidence: Evidence, who: Signing) -> Iterator[Result]:
    """An address identity overrides its domain; where it does not sign, neither do the mails from it (facts.md B2)."""
    addresses = senders(case, who.region)
    evidence.want(*(SesIdentity(who.region, address) for address in addresses))
    fine = True
    for address in addresses:
        match evidence[SesIdentity(who.region, address)]:
            case Seen(value=facts) if facts.verified and not facts.dkim.signing:
                fine = False
                own = None if who.facts is None else dataclasses.replace(who.facts, mail_from=facts.mail_from)
                yield _disabled(case, evidence, dataclasses.replace(who, facts=own), address)
            case Unknown() as unknown:
                fine = False
                yield unsure(CODE, STRATUM, f"{address} in {who.region}", unknown)
    if fine:
        yield Fine(code=CODE, stratum=STRATUM, text=f"SES signs as {who.identity} in {who.region}")


def _disabled(case: Case, evidence: Evidence, who: Signing, identity: str) -> Finding:
    lost = damage(case, evidence, who, unsigned=True) if who.facts and who.facts.verified else None
    stops = tuple(send.id for send in case.sends if identity in (who.identity, send.sender.lower()))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity if lost else Gravity.WARNING,
        confidence=lost.confidence if lost else Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{identity} in {who.region}",
        title=f"SES does not sign mail of {identity} with DKIM: signing is turned off",
        because=(lost.because,) if lost else (),
        evidence=(evidence.proof(SesIdentity(who.region, identity)),),
        explains=tuple(one for one in lost.explains if one in stops) if lost else (),
        stops=tuple(one for one in lost.stops if one in stops) if lost else (),
        fixes=("enable-dkim",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", identity)),
    )
