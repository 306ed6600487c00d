"""The domain's SPF record does not name the provider that keeps its mailboxes.

What it sees
    The domain's MX lead to a known mailbox provider, and the domain's one SPF record, with all that it includes, does not come
    to what that provider sends from.
Why it matters
    Usually the provider's record was overwritten when another service asked for one. Mail by SES does not use this record; what
    people write in their mailboxes does, and SPF fails for it. Its DMARC then rests on the provider's DKIM signature alone.
How to put it right
    Add the provider's include to the record that is there, before its "all". Where nobody writes from those mailboxes as the
    domain, nothing is to be done.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 5.2; facts.md E, B4
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.record_slips import mailbox_provider
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.spf_places import tree_of
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import Place, weighed
from mailstrata.formats import spf
from mailstrata.formats.dns_record import txt
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Mx, Txt

CODE = "spf-without-provider"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at each domain that stands in a From."""
    domains = authors(case)
    evidence.want(*(question for domain in domains for question in (Mx(domain), Txt(domain))))
    places = (Place(question=Txt(domain), domain=case.setup.domain) for domain in domains)
    yield from weighed(evidence, ((place, partial(_judged, case, domain=place.question.name)) for place in places))


def _judged(case: Case, evidence: Evidence, domain: str) -> Iterator[Result]:
    seen = evidence[Mx(domain)]
    if isinstance(seen, Unknown):
        yield unsure(CODE, STRATUM, domain, seen)
        return
    known = mailbox_provider(host.host for host in seen.value) if isinstance(seen, Seen) else None
    if known is None:
        yield Fine(code=CODE, stratum=STRATUM, text=f"no mailbox provider has to be named in the SPF of {domain}")
    else:
        yield from _read(case, evidence, domain, known)


def _read(case: Case, evidence: Evidence, domain: str, known: tuple[str, str]) -> Iterator[Result]:
    provider, include = known
    tree = tree_of(evidence, domain)
    if tree is None or tree.problem:
        blind = tree.unknown if tree is not None else None
        if blind is not None:
            yield unsure(CODE, STRATUM, domain, blind)
        return
    passing = tree.lets_pass(include)
    if isinstance(passing, Unknown):
        yield unsure(CODE, STRATUM, domain, passing)
    elif passing:
        yield Fine(code=CODE, stratum=STRATUM, text=f"the SPF record of {domain} lets {provider} send")
    else:
        yield _finding(case, evidence, domain, known)


def _finding(case: Case, evidence: Evidence, domain: str, known: tuple[str, str]) -> Finding:
    provider, include = known
    seen = evidence[Txt(domain)]
    texts = seen.value if isinstance(seen, Seen) else ()
    record = next((text for text in texts if spf.is_record(text)), "")
    mended = [spf.with_include(text, include) if text == record else text for text in texts]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.NOTICE,
        confidence=Confidence.LIKELY,
        owner=Owner.YOU,
        subject=domain,
        title=f"mail of {domain} arrives at {provider}, and its SPF record does not let {provider} send",
        because=(
            record,
            f"its MX lead to {provider}",
            "mail by SES does not use this record; what people write there does",
        ),
        evidence=(evidence.proof(Txt(domain)), evidence.proof(Mx(domain))),
        fixes=("publish-records",),
        target=(("domain", case.setup.domain), ("name", domain)),
        records=(txt(domain, mended),),
    )
