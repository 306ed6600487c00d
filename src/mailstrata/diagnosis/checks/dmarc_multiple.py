"""Two or more DMARC records stand at one name, so that recipients apply none of them.

What it sees
    Several texts that begin with v=DMARC1 at _dmarc.DOMAIN.
Why it matters
    Recipients discard them all: the domain is without a policy, whatever each of them asks for. Anybody can write as the
    domain, and no reports come.
How to put it right
    Leave one. The record shown asks for the mildest of the policies, so that publishing it cannot lose mail, and sends
    reports to all addresses named; make it stricter when the reports are clean.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 9989 4.10; facts.md B3
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.dmarc_facts import at, place
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import weighed
from mailstrata.formats import dmarc, dmarc_merging
from mailstrata.formats.dns_record import txt
from mailstrata.formats.txt_sets import merged
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown

CODE = "dmarc-multiple"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Count the DMARC records of each domain that stands in a From."""
    domains = authors(case)
    yield from weighed(evidence, ((place(case, one), partial(_judged, case, domain=one)) for one in domains))


def _judged(case: Case, evidence: Evidence, domain: str) -> Iterator[Result]:
    match evidence[at(domain)]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, domain, unknown)
        case Seen(value=texts) if sum(map(dmarc.is_record, texts)) > 1:
            yield _several(case, evidence, domain, texts)
        case _:
            text = f"no more than one DMARC record stands at _dmarc.{domain}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)


def _several(case: Case, evidence: Evidence, domain: str, texts: tuple[str, ...]) -> Finding:
    records = [text for text in texts if dmarc.is_record(text)]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=domain,
        title=f"{len(records)} DMARC records stand at _dmarc.{domain}, and recipients ignore them all",
        because=tuple(records),
        evidence=(evidence.proof(at(domain)),),
        fixes=("publish-records",),
        target=(("domain", case.setup.domain), ("author", domain)),
        records=(txt(at(domain).name, merged(texts, (dmarc_merging.merged(records),))),),
    )
