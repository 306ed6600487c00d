"""A DKIM CNAME is there and points elsewhere than to SES's key.

What it sees
    The CNAME TOKEN._domainkey.DOMAIN has another target than TOKEN and the hosted zone that SES names for this identity
    (SigningHostedZone: in some regions that is not dkim.amazonses.com).
Why it matters
    SES takes it for wrong (INVALID_VALUE), does not verify the domain or revokes DKIM; recipients find no key, or another.
How to put it right
    Correct the target of each CNAME shown. Deleting and creating an identity anew makes new tokens: always publish those
    of now.
Read more
    facts.md B3; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-dkim.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Reading, Signing, damage, read, signing, wanted
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats.dns_record import cname
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Fine, Owner, Result, Stratum
from mailstrata.model.question import Cname, SesIdentity

CODE = "dkim-record-differs"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare the CNAMEs of the identity in force in each region in use."""
    for who in signing(case, evidence):
        if who.facts is not None:
            yield from _records(case, evidence, who, who.facts)
        elif who.unknown is not None:
            yield unsure(CODE, STRATUM, who.subject, who.unknown)


def _records(case: Case, evidence: Evidence, who: Signing, facts: IdentityFacts) -> Iterator[Result]:
    if not wanted(who.identity, facts.dkim):
        return
    reading = read(evidence, who.identity, facts.dkim)
    for name, unknown in reading.unknown:
        yield unsure(CODE, STRATUM, name, unknown)
    if reading.differing:
        yield _differs(case, evidence, who, reading)
    elif len(reading.right) == reading.count:
        text = f"{reading.count} of {reading.count} DKIM CNAMEs of {who.identity} point to SES's keys ({who.region})"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _differs(case: Case, evidence: Evidence, who: Signing, reading: Reading) -> Finding:
    assert who.facts is not None
    targets = wanted(who.identity, who.facts.dkim)
    unsigned = len(reading.differing) == reading.count or who.facts.dkim.status != "SUCCESS"
    lost = damage(case, evidence, who, unsigned=unsigned)
    words = tuple(f"{name} points to {found}; SES wants {targets[name]}" for name, found in reading.differing)
    asked = (SesIdentity(who.region, who.identity), *(Cname(name) for name, _ in reading.differing))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=lost.confidence,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"{len(reading.differing)} of {reading.count} DKIM CNAMEs of {who.identity} do not point to SES's keys",
        because=(*words, lost.because),
        evidence=tuple(evidence.proof(one) for one in asked),
        explains=lost.explains,
        stops=lost.stops,
        fixes=("publish-records",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
        records=tuple(cname(name, targets[name]) for name, _ in reading.differing),
    )
