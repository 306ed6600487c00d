"""SES does not sign with the domain's DKIM key, although its records are right.

What it sees
    The DKIM status of the identity is FAILED or TEMPORARY_FAILURE (or PENDING for an identity that is verified already) while
    every DKIM record is as SES wants it. Where a record is missing or wrong, that is the finding and not this one.
Why it matters
    Mail goes out without the domain's signature, and DMARC rests on the MAIL FROM domain alone. If the domain was never
    verified, nothing can be sent at all.
How to put it right
    PENDING and TEMPORARY_FAILURE: wait, SES looks again by itself. FAILED: SES looked for 72 hours and has stopped; only a
    new key makes it look again. That gives new tokens, and their three CNAMEs have to be published.
Read more
    facts.md B1, B3; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-dkim.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Reading, Signing, damage, questions, read, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Fine, Owner, Result, Stratum
from mailstrata.model.question import SesIdentity

CODE = "dkim-failed"
STRATUM = Stratum.IDENTITY
_WORDS = {
    "FAILED": "SES looked for the records for 72 hours and has given up: it does not look again by itself",
    "TEMPORARY_FAILURE": "SES missed the records when it last looked, and looks again by itself",
    "PENDING": "SES has not looked since they are right",
}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at SES's own word for DKIM in each region."""
    for who in signing(case, evidence, everywhere=True):
        if who.facts is not None:
            yield from _judged(case, evidence, who, who.facts)
        elif who.unknown is not None:
            yield unsure(CODE, STRATUM, who.subject, who.unknown)


def _judged(case: Case, evidence: Evidence, who: Signing, facts: IdentityFacts) -> Iterator[Result]:
    status = facts.dkim.status
    if status == "SUCCESS":
        yield Fine(code=CODE, stratum=STRATUM, text=f"SES finds the DKIM key of {who.identity} in {who.region}")
    elif status in _WORDS and (facts.verified or status == "FAILED"):
        reading = read(evidence, who.identity, facts.dkim)
        for name, unknown in reading.unknown:
            yield unsure(CODE, STRATUM, name, unknown)
        if reading.count and len(reading.right) == reading.count:
            yield _failed(case, evidence, who, reading)


def _failed(case: Case, evidence: Evidence, who: Signing, reading: Reading) -> Finding:
    assert who.facts is not None
    dkim = who.facts.dkim
    given_up = dkim.status == "FAILED"
    lost = damage(case, evidence, who, unsigned=True)
    asked = (SesIdentity(who.region, who.identity), *questions(who.identity, dkim))
    again = "give-dkim-key-again" if dkim.origin == OWN_KEY else "renew-dkim"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=lost.confidence,
        owner=Owner.YOU if given_up else Owner.AWS,
        subject=who.subject,
        title=f"SES does not use the DKIM key of {who.identity} ({dkim.status}), though its records are right",
        because=(f"all {reading.count} DKIM records are right now", _WORDS[dkim.status], lost.because),
        evidence=tuple(evidence.proof(one) for one in asked),
        refines="identity-unverified" if not who.facts.verified and who.region in regions(case) else None,
        explains=lost.explains,
        stops=lost.stops,
        fixes=(again if given_up else "wait-for-ses",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
    )
