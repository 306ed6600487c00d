"""The DMARC record cannot be read, in whole or in part.

What it sees
    The one text at _dmarc.DOMAIN that was meant to be a DMARC record is none (quotes inside, semicolons missing, v= in other
    letters), or a tag of it has a value that DMARC does not know.
Why it matters
    Recipients take a broken tag for its default, and a record without a readable policy for none at all (RFC 9989 4.7,
    4.10.1): the domain is then open to forgery, and no report comes.
How to put it right
    Publish the record shown: what can be read of it is kept, and an unreadable policy becomes p=none, which loses no mail.
    Make it stricter again when that was meant.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 9989 4.7, 4.10.1; facts.md B3
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis import record_slips
from mailstrata.diagnosis.dmarc_facts import at, place
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import weighed
from mailstrata.formats import dmarc, dmarc_lint, dmarc_merging
from mailstrata.formats.dns_record import txt
from mailstrata.formats.txt_sets import kind, merged
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown

CODE = "dmarc-malformed"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Read the record of each domain that stands in a From."""
    domains = authors(case)
    yield from weighed(evidence, ((place(case, one), partial(_judged, case, domain=one)) for one in domains))


def _judged(case: Case, evidence: Evidence, domain: str) -> Iterator[Result]:
    seen = evidence[at(domain)]
    texts = [text for text in seen.value if kind(text) == "dmarc"] if isinstance(seen, Seen) else []
    if isinstance(seen, Unknown):
        yield unsure(CODE, STRATUM, domain, seen)
    elif len(texts) == 1:
        yield _read(case, evidence, domain, texts[0])


def _read(case: Case, evidence: Evidence, domain: str, text: str) -> Result:
    trouble = next((lint.words for lint in dmarc_lint.lints(text) if lint.code in ("malformed", "not-a-record")), "")
    if not trouble:
        return Fine(code=CODE, stratum=STRATUM, text=f"the DMARC record at _dmarc.{domain} can be read")
    there = dmarc.received(text)
    mended = record_slips.mended(text)
    right = mended if _reads(mended) else dmarc_merging.readable(mended)
    kept = there is not None and "p" in dmarc.readable_tags(text) and there.p == dmarc.readable_tags(text)["p"].lower()
    loss = "recipients go by the rest of it" if kept else "recipients find no policy in it that they can apply"
    seen = evidence[at(domain)]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.NOTICE if kept else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=domain,
        title=f"the DMARC record at _dmarc.{domain} cannot be read{' whole' if kept else ''}",
        because=tuple(dict.fromkeys(one for one in (text, record_slips.in_text(text) or trouble, loss) if one)),
        evidence=(evidence.proof(at(domain)),),
        fixes=("publish-records",),
        target=(("domain", case.setup.domain), ("author", domain)),
        records=(txt(at(domain).name, merged(seen.value if isinstance(seen, Seen) else (), (right,))),),
    )


def _reads(text: str) -> bool:
    try:
        dmarc.parse(text)
    except dmarc.MalformedDmarc:
        return False
    return True
