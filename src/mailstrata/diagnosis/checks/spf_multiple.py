"""Two or more SPF records stand at one name, so that none of them counts.

What it sees
    Several texts that begin with v=spf1 at the MAIL FROM domain, or at a domain that stands in a From.
Why it matters
    A recipient must not choose: the result is permerror (RFC 7208 4.5), and SPF never passes. At the MAIL FROM domain that
    takes one of the two legs of DMARC from all mail by SES. At the domain itself it does not touch mail by SES, whose
    return path is elsewhere, but all other mail of the domain.
How to put it right
    Make one record of them: all their mechanisms, one "all" at the end. The record shown lets everybody send who could by
    one of them. What else stands at the name stays.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 3.2, 4.5; facts.md B4
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import SpfName, judged, spf_names
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import spf, spf_merging
from mailstrata.formats.dns_record import txt
from mailstrata.formats.txt_sets import merged
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Txt

CODE = "spf-multiple"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Count the SPF records of each MAIL FROM domain in use and of each domain in a From."""
    yield from judged(evidence, spf_names(case, evidence), CODE, partial(_judged, case))


def _judged(case: Case, evidence: Evidence, name: SpfName) -> Iterator[Result]:
    match evidence[Txt(name.name)]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, name.subject, unknown)
        case Seen(value=texts) if sum(map(spf.is_record, texts)) > 1:
            yield _several(case, evidence, name, texts)
        case _:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{name.name} has no more than one SPF record")


def _several(case: Case, evidence: Evidence, name: SpfName, texts: tuple[str, ...]) -> Finding:
    records = [text for text in texts if spf.is_record(text)]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING if name.mail_from else Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=name.subject,
        title=f"{len(records)} SPF records stand at {name.name}, and so none counts",
        because=(*records, name.loss),
        evidence=(evidence.proof(Txt(name.name)),),
        fixes=("publish-records",),
        target=name.target(case),
        records=(txt(name.name, merged(texts, (spf_merging.merged(records),))),),
    )
