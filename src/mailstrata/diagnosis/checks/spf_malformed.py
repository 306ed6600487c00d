"""An SPF record cannot be evaluated, so that SPF never passes.

What it sees
    A text that was meant to be the SPF record and is none (quotes inside, another beginning), a term that is no term, an
    include whose record is missing or broken, or includes that go round in a circle.
Why it matters
    The result is permerror or none, whoever sends. At the MAIL FROM domain that takes one of the two legs of DMARC from all
    mail by SES. At the domain itself it touches only what others send as the domain.
How to put it right
    Publish the record shown. Where the slip has a known shape, it is taken away and all else stays; a term that nobody can
    read has to be corrected by whoever knows what was meant.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 2.6.7, 4.6, 5.2; facts.md B3
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis import record_slips
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import SpfName, judged, spf_names, tree_of, weight
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import spf, spf_lint, spf_tree
from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SES
from mailstrata.formats.txt_sets import kind, merged
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Record, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Txt

CODE = "spf-malformed"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Read the record of each MAIL FROM domain in use and of each domain in a From, with all that it includes."""
    yield from judged(evidence, spf_names(case, evidence), CODE, partial(_judged, case))


def _judged(case: Case, evidence: Evidence, name: SpfName) -> Iterator[Result]:
    seen, tree = evidence[Txt(name.name)], tree_of(evidence, name.name)
    texts = [text for text in seen.value if kind(text) == "spf"] if isinstance(seen, Seen) else []
    if isinstance(seen, Unknown):
        yield unsure(CODE, STRATUM, name.subject, seen)
    elif tree is None:
        yield from (_broken(case, evidence, name, (text, _why(text))) for text in texts[:1])
    elif sum(map(spf.is_record, texts)) == 1:
        yield from _of_tree(case, evidence, name, tree)


def _of_tree(case: Case, evidence: Evidence, name: SpfName, tree: spf_tree.Node) -> Iterator[Result]:
    seen = evidence[Txt(name.name)]
    record = next(text for text in seen.value if spf.is_record(text)) if isinstance(seen, Seen) else ""
    broken = next((node for node in tree.nodes() if node.problem), None)
    blind = next((node.unknown for node in tree.nodes() if node.unknown is not None), None)
    if broken is not None:
        where = f"{broken.via}: " if broken.via else ""
        yield _broken(case, evidence, name, (record, f"{where}{broken.problem}"), inside=bool(broken.via))
    elif blind is not None:
        yield unsure(CODE, STRATUM, name.subject, blind)
    else:
        yield Fine(code=CODE, stratum=STRATUM, text=f"the SPF record of {name.name} can be evaluated")


def _why(text: str) -> str:
    return record_slips.in_text(text) or next((lint.words for lint in spf_lint.lints(text)), "it is no SPF record")


def _broken(case: Case, evidence: Evidence, name: SpfName, found: tuple[str, str], *, inside: bool = False) -> Finding:
    record, problem = found
    wanted = None if inside else _mended(evidence, name, record)
    slip = record_slips.in_text(record)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=weight(evidence, name),
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=name.subject,
        title=f"the SPF record of {name.name} cannot be evaluated",
        because=tuple(dict.fromkeys(one for one in (record, slip, problem, name.loss) if one)),
        evidence=(evidence.proof(Txt(name.name)),),
        fixes=("publish-records",) if wanted else ("correct-spf",),
        target=name.target(case),
        records=(wanted,) if wanted else (),
    )


def _mended(evidence: Evidence, name: SpfName, record: str) -> Record | None:
    """The set with the record made right, where that is certain; at a MAIL FROM domain SES is let in, too."""
    right = record_slips.mended(record)
    if name.mail_from and not _reads(right):
        right = " ".join(word for word in right.split() if _reads(f"v=spf1 {word}") or word.lower() == "v=spf1")
    if not _reads(right):
        return None
    if name.mail_from and not spf.includes(right, SES):
        right = spf.with_include(right, SES)
    seen = evidence[Txt(name.name)]
    return txt(name.name, merged(seen.value if isinstance(seen, Seen) else (), (right,)))


def _reads(text: str) -> bool:
    try:
        spf.terms(text)
    except spf.MalformedSpf:
        return False
    return True
