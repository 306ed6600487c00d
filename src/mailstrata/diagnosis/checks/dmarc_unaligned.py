"""Mail from the domain cannot pass DMARC: neither DKIM nor SPF speaks for the domain in its From.

What it sees
    The DMARC policy, its alignment modes, and as what SES would sign and bounce if all of the setup worked: d= is the domain
    identity, if there is one, and the return path is the custom MAIL FROM domain, if there is one.
Why it matters
    DMARC passes if one of the two passes and aligns with the From. SES's own signature (d=amazonses.com) and return path
    never do. Mail that fails is rejected or put aside where the policy asks for it.
How to put it right
    Verify the domain itself with Easy DKIM in place of a single address; for mail from a subdomain under adkim=s make the
    subdomain an identity of its own. aspf=s can never align by SES, whose MAIL FROM is always a subdomain.
    What is merely broken (signing off, a record missing, MAIL FROM not in use) is a finding of its own and not this one.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 9989 4.4, 5.4; facts.md B4, C1
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.alignment import Paper, papers
from mailstrata.diagnosis.dmarc_facts import Policy, at, organisation, place, policy
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import heard
from mailstrata.diagnosis.paths import ids
from mailstrata.diagnosis.refusals import said
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import weighed
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Unknown
from mailstrata.model.question import SesIdentity

CODE = "dmarc-unaligned"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Ask for each sender and region whether anything that SES can vouch for aligns."""
    found = tuple(papers(case, evidence))
    yield from (unsure(CODE, STRATUM, one.subject, one.unknown) for one in found if one.unknown is not None)
    known = (one for one in found if one.unknown is None)
    yield from weighed(evidence, ((place(case, one.author), partial(_judged, paper=one)) for one in known))


def _judged(evidence: Evidence, paper: Paper) -> Iterator[Result]:
    rule = policy(evidence, paper.author)
    if isinstance(rule, Unknown):
        yield unsure(CODE, STRATUM, paper.subject, rule)
    elif rule is not None:
        yield _under(evidence, paper, rule)


def _under(evidence: Evidence, paper: Paper, rule: Policy) -> Result:
    for way, name, mode in (
        ("DKIM", paper.signs_as, rule.record.adkim),
        ("SPF", paper.mail_from, rule.record.aspf),
    ):
        aligned = _aligned(evidence, paper.author, name, mode)
        if isinstance(aligned, Unknown):
            return unsure(CODE, STRATUM, paper.subject, aligned)
        if aligned:
            text = f"mail from {paper.subject} aligns by {way}: {name}"
            return Fine(code=CODE, stratum=STRATUM, text=text)
    return _finding(evidence, paper, rule)


def _aligned(evidence: Evidence, author: str, name: str, mode: str) -> bool | Unknown:
    """Identical, or in relaxed mode of the same organisation (RFC 9989 4.4)."""
    if not name or name == author or mode == "s":
        return name == author
    mine, theirs = organisation(evidence, author), organisation(evidence, name)
    if isinstance(mine, Unknown):
        return mine
    return theirs if isinstance(theirs, Unknown) else mine == theirs


def _finding(evidence: Evidence, paper: Paper, rule: Policy) -> Finding:
    record, enforced = rule.record, rule.asks != "none"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if enforced else Gravity.WARNING,
        confidence=Confidence.LIKELY,
        owner=Owner.YOU,
        subject=paper.subject,
        title=f"mail from {paper.subject} fails DMARC: neither its signature nor its return path is of {paper.author}",
        because=(
            f"SES signs as {paper.signs_as or 'amazonses.com'} (adkim={record.adkim})",
            f"the return path is of {paper.mail_from or 'amazonses.com'} (aspf={record.aspf})",
            f"_dmarc.{rule.domain} asks recipients for p={rule.asks}",
        ),
        evidence=(evidence.proof(SesIdentity(paper.region, paper.identity)), evidence.proof(at(rule.domain))),
        explains=ids(said(heard(evidence, paper.region, paper.sends), "dmarc")),
        stops=ids(paper.sends) if enforced else (),
        fixes=("align-identity",),
        target=(("region", paper.region), ("author", paper.author), ("identity", paper.identity)),
    )
