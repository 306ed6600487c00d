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
from mailstrata.diagnosis.published_view import proofs, seen_otherwise
from mailstrata.diagnosis.record_slips import PROBE, in_target, is_wildcard
from mailstrata.diagnosis.unsettled import About, unsettled
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats.dns_record import cname
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Fine, Owner, Result, Stratum
from mailstrata.model.observation import Seen
from mailstrata.model.question import Cname, SesIdentity

CODE = "dkim-record-differs"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare the CNAMEs of the identity in force in each region in use."""
    for who in signing(case, evidence, everywhere=True):
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
    older = [view for view in reading.views if not view.lacking and seen_otherwise(evidence, view)]
    if reading.differing:
        yield _differs(case, evidence, who, reading)
    elif older:
        what = f"the DKIM records of {who.identity} as SES wants them"
        yield from unsettled(
            evidence, older, About(code=CODE, subject=who.subject, what=what, target=_target(case, who))
        )
    elif len(reading.right) == reading.count:
        text = f"{reading.count} of {reading.count} DKIM CNAMEs of {who.identity} point to SES's keys ({who.region})"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _differs(case: Case, evidence: Evidence, who: Signing, reading: Reading) -> Finding:
    assert who.facts is not None
    targets = wanted(who.identity, who.facts.dkim)
    unsigned = len(reading.differing) == reading.count or who.facts.dkim.status != "SUCCESS"
    lost = damage(case, evidence, who, unsigned=unsigned)
    words = tuple(f"{name} points to {found}; SES wants {targets[name]}" for name, found in reading.differing)
    names = {name for name, _ in reading.differing}
    shown = (one for view in reading.views if view.question.name in names for one in view.asked)
    asked = (SesIdentity(who.region, who.identity), *shown)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=lost.confidence,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"{len(reading.differing)} of {reading.count} DKIM CNAMEs of {who.identity} do not point to SES's keys",
        because=(*words, *_slips(evidence, who, reading, targets), lost.because),
        evidence=proofs(evidence, asked),
        explains=lost.explains,
        stops=lost.stops,
        fixes=("publish-records",),
        target=_target(case, who),
        records=tuple(cname(name, targets[name]) for name, _ in reading.differing),
    )


def _target(case: Case, who: Signing) -> tuple[tuple[str, str], ...]:
    return (("region", who.region), ("domain", case.setup.domain), ("identity", who.identity))


def _slips(evidence: Evidence, who: Signing, reading: Reading, targets: dict[str, str]) -> Iterator[str]:
    """How the targets came to be wrong, where it has a known shape (facts.md B3)."""
    said = (in_target(found, targets[name], who.identity) for name, found in reading.differing)
    yield from dict.fromkeys(words for words in said if words)
    probe = evidence[Cname(f"{PROBE}._domainkey.{who.identity}")]
    if isinstance(probe, Seen) and any(
        is_wildcard(found, probe.value.rstrip(".").lower()) for _, found in reading.differing
    ):
        yield f"a wildcard answers for every name below {who.identity}: the records themselves are not there"
