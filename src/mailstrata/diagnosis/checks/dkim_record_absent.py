"""A DKIM record that SES wants is not in public DNS.

What it sees
    Of the three CNAMEs TOKEN._domainkey.DOMAIN, with SES's tokens of now, some do not exist. With a key of the operator's
    own: no TXT record holds a key at its selector.
Why it matters
    The records prove the domain to SES: while it is not verified nothing can be sent, and if they vanish later SES revokes
    DKIM. Recipients find no key for the signature; DMARC then fails unless a custom MAIL FROM carries it.
How to put it right
    Publish exactly the CNAMEs shown. Many DNS consoles append the zone themselves: there, leave it off. Changes are seen
    after the negative answer has left the caches, with Route 53 at most 15 minutes.
Read more
    facts.md B3; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-dkim.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Reading, Signing, damage, questions, read, signing, wanted
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import cname
from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Fine, Owner, Result, Stratum
from mailstrata.model.observation import Seen
from mailstrata.model.question import Cname, SesIdentity

CODE = "dkim-record-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the DKIM records of the identity in force in each region in use."""
    for who in signing(case, evidence):
        if who.facts is not None:
            yield from _records(case, evidence, who, who.facts)
        elif who.unknown is not None:
            yield unsure(CODE, STRATUM, who.subject, who.unknown)


def _records(case: Case, evidence: Evidence, who: Signing, facts: IdentityFacts) -> Iterator[Result]:
    reading = read(evidence, who.identity, facts.dkim)
    for name, unknown in reading.unknown:
        yield unsure(CODE, STRATUM, name, unknown)
    if reading.missing:
        yield _absent(case, evidence, who, reading)
    elif reading.count and not reading.unknown:
        text = f"{reading.count} of {reading.count} DKIM records of {who.identity} are published ({who.region})"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _absent(case: Case, evidence: Evidence, who: Signing, reading: Reading) -> Finding:
    assert who.facts is not None
    dkim = who.facts.dkim
    unsigned = len(reading.missing) == reading.count or dkim.status != "SUCCESS"
    lost = damage(case, evidence, who, unsigned=unsigned)
    targets = wanted(who.identity, dkim)
    own_key = dkim.origin == OWN_KEY
    blamed = cause(evidence, case.setup.domain, gravity=lost.gravity, verified=who.facts.verified)
    asked = [one for one in questions(who.identity, dkim) if one.name in reading.missing]
    count = f"{len(reading.missing)} of {reading.count}"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=lost.confidence,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"{count} DKIM records of {who.identity} are not in public DNS",
        because=(f"missing: {', '.join(reading.missing)}", *_slips(evidence, who, reading), lost.because),
        evidence=tuple(evidence.proof(one) for one in (SesIdentity(who.region, who.identity), *asked)),
        caused_by=blamed,
        explains=lost.explains,
        stops=lost.stops,
        fixes=() if blamed else ("publish-own-dkim-key" if own_key else "publish-records",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
        records=tuple(cname(name, targets[name]) for name in reading.missing if name in targets),
    )


def _slips(evidence: Evidence, who: Signing, reading: Reading) -> Iterator[str]:
    """The usual slip: a DNS console that appended the zone to a name that had it already (facts.md B3)."""
    doubled = [Cname(f"{name}.{who.identity}") for name in reading.missing]
    evidence.want(*doubled)
    for question in doubled:
        if isinstance(evidence[question], Seen):
            yield f"it was published as {question.name}: the zone's name was appended twice"
