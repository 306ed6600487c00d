"""The SPF record needs more DNS look-ups than a recipient may make.

What it sees
    The terms that look something up (include, a, mx, ptr, exists, redirect), counted through all included records, are more
    than ten; or more than two of their look-ups find nothing, by a host or an MX that is gone.
Why it matters
    A recipient stops at the eleventh, or at the third that finds nothing, with permerror: mail that would have matched a later
    term does not pass. Which mail that is depends on the order of the terms, so it fails for some senders and not for others.
How to put it right
    Take out includes of services that no longer send, and "a" and "mx" where nothing sends from there. SES needs no include
    at the domain itself where a custom MAIL FROM is in use. What each include costs is shown, and what finds nothing. Where
    terms of the domain's own record are dead, publish the record shown, which is the same without them.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 7208 4.6.4; facts.md B4
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.spf_places import SpfName, judged, spf_names, tree_of, weight
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import spf, spf_tree, spf_voids
from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SES
from mailstrata.formats.spf_names import TERMS, VOIDS
from mailstrata.formats.spf_voids import Void, Voids
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Record, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Txt

CODE = "spf-too-many-lookups"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Count for each MAIL FROM domain in use and each domain in a From."""
    names = spf_names(case, evidence)
    own = any(name.mail_from for name in names)
    yield from judged(evidence, names, CODE, partial(_counted, case, own=own))


def _counted(case: Case, evidence: Evidence, name: SpfName, *, own: bool) -> Iterator[Result]:
    tree = tree_of(evidence, name.name)
    if tree is None:
        return
    voids = Voids() if tree.problem else spf_voids.voids(evidence, tree)
    blind = next((node.unknown for node in tree.nodes() if isinstance(node.unknown, Unknown)), voids.unknown)
    if tree.too_many:
        yield _too_many(case, evidence, name, (tree, voids), needless=own and not name.mail_from)
    elif voids.too_many:
        yield _void(case, evidence, name, (tree, voids))
    elif blind is not None:
        yield unsure(CODE, STRATUM, name.subject, blind)
    elif not tree.problem:
        text = f"the SPF record of {name.name} needs {tree.lookups} of {TERMS} look-ups"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _too_many(
    case: Case, evidence: Evidence, name: SpfName, found: tuple[spf_tree.Node, Voids], *, needless: bool
) -> Finding:
    tree, voids = found
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
        because=(*costs, *map(_told, voids.found), *hint, name.loss),
        evidence=tuple(evidence.proof(Txt(domain)) for domain in _read(tree)),
        fixes=("shorten-spf",),
        target=name.target(case),
    )


def _void(case: Case, evidence: Evidence, name: SpfName, found: tuple[spf_tree.Node, Voids]) -> Finding:
    tree, voids = found
    wanted = _mended(evidence, name, voids)
    records = dict.fromkeys(void.domain for void in voids.found)
    asked = dict.fromkeys(void.asked for void in voids.found)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=weight(evidence, name),
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=name.subject,
        title=f"{len(voids.found)} look-ups of the SPF record of {name.name} find nothing, and {VOIDS} are allowed",
        because=(*map(_told, voids.found), *_advice(tree, voids), name.loss),
        evidence=(
            *(evidence.proof(Txt(domain)) for domain in records),
            *(evidence.proof(question) for question in asked),
        ),
        fixes=("publish-records",) if wanted else ("shorten-spf",),
        target=name.target(case),
        records=(wanted,) if wanted else (),
    )


def _told(void: Void) -> str:
    return f"{void.term.text} of {void.domain} finds nothing: {void.why}"


def _advice(tree: spf_tree.Node, voids: Voids) -> Iterator[str]:
    """What to take out, by whose record it is."""
    own = dict.fromkeys(void.term.text for void in voids.found if void.domain == tree.domain and void.dead)
    others = dict.fromkeys(void.domain for void in voids.found if void.domain != tree.domain)
    if own:
        yield f"take out {', '.join(own)}: no mail passes by it"
    yield from (f"the record of {domain} is its owner's to mend; or take its include out" for domain in others)


def _mended(evidence: Evidence, name: SpfName, voids: Voids) -> Record | None:
    """The set without the dead terms of the name's own record, where that is enough."""
    dead = {void.term for void in voids.found if void.domain == name.name and void.dead}
    seen = evidence[Txt(name.name)]
    if sum(void.domain != name.name or void.term not in dead for void in voids.found) > VOIDS or not isinstance(
        seen, Seen
    ):
        return None
    return txt(name.name, tuple(spf.without(text, dead) if spf.is_record(text) else text for text in seen.value))


def _read(tree: spf_tree.Node) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.domain for node in tree.nodes()))
