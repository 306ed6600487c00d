"""A DKIM record that SES wants is not in public DNS.

What it sees
    Of the three CNAMEs TOKEN._domainkey.DOMAIN, with SES's tokens of now, the zone's own name servers do not have some. With a
    key of the operator's own: no TXT record holds a key at its selector.
Why it matters
    The records prove the domain to SES: while it is not verified nothing can be sent, and if they vanish later SES revokes
    DKIM. Recipients find no key for the signature; DMARC then fails unless a custom MAIL FROM carries it.
How to put it right
    Publish exactly the CNAMEs shown. Many DNS consoles append the zone themselves: there, leave it off. Where they are
    published and a resolver still remembers that there were none, nothing is to be done: how long that lasts is shown.
Read more
    facts.md B3; RFC 2308 5; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-dkim.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Reading, Signing, damage, questions, read, signing, wanted
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.published_view import proofs, seen_otherwise
from mailstrata.diagnosis.record_slips import misplaced
from mailstrata.diagnosis.route53_view import contradicted
from mailstrata.diagnosis.unsettled import About, unsettled
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import cname
from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen
from mailstrata.model.question import Cname, SesIdentity

CODE = "dkim-record-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the DKIM records of the identity in force in each region in use."""
    for who in signing(case, evidence, everywhere=True):
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
        return
    open_ones = [view for view in reading.views if view.lacking or not seen_otherwise(evidence, view)]
    late = tuple(unsettled(evidence, open_ones, _about(case, who)))
    yield from late
    if not late and reading.count and not reading.unknown:
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
    gone = tuple(one for one in questions(who.identity, dkim) if one.name in reading.missing)
    if (
        not blamed
        and (lost.gravity is not Gravity.FAULT or not who.facts.verified)
        and contradicted(case, evidence, gone)
    ):
        blamed = "published-differs-from-route53"
    asked = [one for view in reading.views if view.question.name in reading.missing for one in view.asked]
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
        evidence=proofs(evidence, (SesIdentity(who.region, who.identity), *asked)),
        caused_by=blamed,
        explains=lost.explains,
        stops=lost.stops,
        fixes=() if blamed else ("publish-own-dkim-key" if own_key else "publish-records",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
        records=tuple(cname(name, targets[name]) for name in reading.missing if name in targets),
    )


def _about(case: Case, who: Signing) -> About:
    target = (("region", who.region), ("domain", case.setup.domain), ("identity", who.identity))
    return About(code=CODE, subject=who.subject, what=f"DKIM records of {who.identity}", target=target)


def _slips(evidence: Evidence, who: Signing, reading: Reading) -> Iterator[str]:
    """The usual slips: a name that a console made longer, or that lost a part of it (facts.md B3)."""
    places = [place for name in reading.missing for place in misplaced(name, who.identity)]
    evidence.want(*(Cname(place.name) for place in places))
    for place in places:
        if isinstance(evidence[Cname(place.name)], Seen):
            yield f"it was published as {place.name}: {place.words}"
