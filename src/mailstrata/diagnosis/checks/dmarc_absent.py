"""No DMARC policy is published for the domain.

What it sees
    There is no v=DMARC1 text at _dmarc.DOMAIN, nor, for a domain below another, at the organisational domain.
Why it matters
    Anybody can write as the domain. Google and Yahoo demand a policy of whoever sends much, Microsoft does for Outlook.com;
    others trust mail without one less.
How to put it right
    Publish "v=DMARC1; p=none" at _dmarc.DOMAIN first. It changes nothing about delivery; with rua= reports come.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 9989 4.7, 4.10; facts.md B3, D2
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.dmarc_facts import Policy, at, place, policy, spoiled, walk
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.record_slips import misplaced
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import weighed
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats import dmarc
from mailstrata.formats.dns_record import txt
from mailstrata.formats.txt_sets import kind
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Txt

CODE = "dmarc-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the policy of each domain that stands in a From."""
    domains = authors(case)
    yield from weighed(evidence, ((place(case, one), partial(_judged, case, domain=one)) for one in domains))


def _judged(case: Case, evidence: Evidence, domain: str) -> Iterator[Result]:
    match policy(evidence, domain):
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, domain, unknown)
        case Policy() as rule:
            text = f"{domain} has a DMARC policy: p={rule.asks} at _dmarc.{rule.domain}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        case None if not spoiled(evidence, domain):
            yield _absent(case, evidence, domain)


def _absent(case: Case, evidence: Evidence, domain: str) -> Finding:
    blamed = cause(evidence, case.setup.domain, gravity=Gravity.WARNING, verified=True)
    name = f"_dmarc.{domain}"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=domain,
        title=f"no DMARC policy is published for {domain}",
        because=(f"no v=DMARC1 text at {name}", *_slips(evidence, domain)),
        evidence=tuple(evidence.proof(at(one)) for one in walk(domain)),
        caused_by=blamed,
        fixes=() if blamed else ("publish-records",),
        target=(("domain", case.setup.domain), ("author", domain)),
        records=(txt(name, (dmarc.render(dmarc.DmarcRecord()),)),),
    )


def _slips(evidence: Evidence, domain: str) -> Iterator[str]:
    """The usual slips: the zone's name appended twice, the underscore lost, the policy at the domain (facts.md B3, H)."""
    slips = misplaced(f"_dmarc.{domain}", domain)
    evidence.want(*(Txt(slip.name) for slip in slips))
    for slip in slips:
        seen = evidence[Txt(slip.name)]
        if isinstance(seen, Seen) and any(kind(text) == "dmarc" for text in seen.value):
            yield f"one stands at {slip.name}, where nobody looks for it: {slip.words}"
