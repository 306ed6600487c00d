"""The SPF record of the custom MAIL FROM domain does not let Amazon SES send.

What it sees
    The MAIL FROM domain has one readable SPF record, and with all that it includes it does not come to what amazonses.com
    lets pass; an address of SES put to it does not pass.
Why it matters
    With a custom MAIL FROM it is this name whose SPF recipients look at. SPF fails for all mail by SES, and DMARC rests on
    the DKIM signature alone. A record at the sender's own domain changes nothing for mail by SES.
How to put it right
    Add include:amazonses.com to the record that is there, before its "all". What others need in it stays.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 5.2; facts.md B3, B4; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import SpfName, judged, passes_from, spf_names, tree_of
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import spf, spf_tree
from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SES
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesIdentity, Txt

CODE = "spf-without-ses"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Read the record of each MAIL FROM domain in use; the domain's own is no matter of SES."""
    names = (name for name in spf_names(case, evidence) if name.region)
    yield from judged(evidence, names, CODE, partial(_judged, case))


def _judged(case: Case, evidence: Evidence, name: SpfName) -> Iterator[Result]:
    tree = tree_of(evidence, name.name)
    if tree is None or tree.problem:
        return
    passing = tree.lets_pass(SES)
    if passing is False:
        passing = passes_from(evidence, name.name, SES)
    if isinstance(passing, Unknown):
        yield unsure(CODE, STRATUM, name.subject, passing)
    elif passing:
        yield Fine(code=CODE, stratum=STRATUM, text=f"the SPF record of {name.name} lets SES pass")
    else:
        yield _finding(case, evidence, name, tree)


def _finding(case: Case, evidence: Evidence, name: SpfName, tree: spf_tree.Node) -> Finding:
    seen = evidence[Txt(name.name)]
    texts = seen.value if isinstance(seen, Seen) else ()
    mended = [spf.with_include(text, SES) if spf.is_record(text) else text for text in texts]
    record = next(text for text in texts if spf.is_record(text))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.LIKELY if tree.unseen else Confidence.PROVEN,
        owner=Owner.YOU,
        subject=name.subject,
        title=f"the SPF record of the MAIL FROM domain {name.name} does not let SES send",
        because=(record, name.loss),
        evidence=(evidence.proof(Txt(name.name)), evidence.proof(SesIdentity(name.region, name.identity))),
        fixes=("publish-records",),
        target=name.target(case),
        records=(txt(name.name, mended),),
    )
