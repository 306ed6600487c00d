"""The SPF record needs more DNS look-ups than a recipient may make.

What it sees
    The terms that look something up (include, a, mx, ptr, exists, redirect), counted through all included records, are more
    than ten.
Why it matters
    A recipient stops at the eleventh with permerror: mail that would have matched a later term does not pass. Which mail that
    is depends on the order of the terms, so it fails for some senders and not for others.
How to put it right
    Take out includes of services that no longer send, and "a" and "mx" where nothing sends from there. SES needs no include
    at the domain itself where a custom MAIL FROM is in use. What each include costs is shown.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 4.6.4; facts.md B4
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import SpfName, judged, spf_names, weight
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import spf_tree
from mailstrata.formats.ses_records import SES
from mailstrata.formats.spf_names import TERMS
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Result, Stratum
from mailstrata.model.observation import Unknown
from mailstrata.model.question import Txt

CODE = "spf-too-many-lookups"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Count for each MAIL FROM domain in use and each domain in a From."""
    names = spf_names(case, evidence)
    own = any(name.mail_from for name in names)
    yield from judged(evidence, names, CODE, partial(_counted, case, own=own))


def _counted(case: Case, evidence: Evidence, name: SpfName, *, own: bool) -> Iterator[Result]:
    tree = spf_tree.read(evidence, name.name)
    if tree is None:
        return
    needless = own and not name.mail_from
    blind = next((node.unknown for node in tree.nodes() if isinstance(node.unknown, Unknown)), None)
    if tree.too_many:
        yield _too_many(case, evidence, name, tree, needless=needless)
    elif blind is not None:
        yield unsure(CODE, STRATUM, name.subject, blind)
    elif not tree.problem:
        text = f"the SPF record of {name.name} needs {tree.lookups} of {TERMS} look-ups"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _too_many(case: Case, evidence: Evidence, name: SpfName, tree: spf_tree.Node, *, needless: bool) -> Finding:
    costs = tuple(f"{via} costs {cost}" for via, cost in spf_tree.shortest_ways(tree))
    idle = any(child.domain == SES for child in tree.children) and needless
    hint = (f"include:{SES} is not needed here: mail by SES returns to another name",) if idle else ()
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=weight(evidence, name),
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=name.subject,
        title=f"the SPF record of {name.name} needs {tree.lookups} look-ups, and {TERMS} are allowed",
        because=(*costs, *hint, name.loss),
        evidence=tuple(evidence.proof(Txt(domain)) for domain in _read(tree)),
        fixes=("shorten-spf",),
        target=name.target(case),
    )


def _read(tree: spf_tree.Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.domain for node in tree.nodes()))
