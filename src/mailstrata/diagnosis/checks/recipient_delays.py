"""The recipient's server puts the mail off.

What it sees
    The server's answer, read by the classification of bounces: a 4xx that means "later" (greylisting, a rate limit, trouble
    of its own), or that SES gave up after hours of it.
Why it matters
    SES tries again for up to 14 hours by itself. What says "too fast" gets worse with every mail that follows.
How to put it right
    Wait. If the answer speaks of rate or volume, send more slowly. If it goes on for hours, ask the recipient's
    administrator.
Read more
    facts.md B7, C4, D2; RFC 5321 4.5.4.1; RFC 6647
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.bounces.classification.result import Classification
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import NO_WAY, Refused, finding, house, told
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Owner, Result, Stratum

CODE = "recipient-delays"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each domain whose servers put mail off."""
    yield from told(case, evidence, CODE, by=lambda answer: house(answer.send), also=_is_given_up, tell=_finding)


def _is_given_up(said: Classification) -> bool:
    """Given up after hours: some providers' number for it reads as a server that cannot be found (facts.md D2 4.4.7)."""
    return said.reason == "expired" and said.code == "recipient-mx-failing"


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    lost = any(answer.final for answer in refused.answers)
    ours = refused.owner is Owner.YOU
    return finding(
        evidence,
        CODE,
        refused,
        title=f"{refused.domain or 'the recipient'} {_what(lost=lost, ours=ours)}",
        because=() if lost else ("SES tries again by itself, for up to 14 hours; nothing is lost yet",),
        fixes=_fixes(lost=lost, ours=ours),
        stops=False,
        mechanisms=NO_WAY,
    )


def _what(*, lost: bool, ours: bool) -> str:
    if lost:
        return "put the mail off until it was given up"
    return "puts the mail off: it comes too fast for it" if ours else "puts the mail off"


def _fixes(*, lost: bool, ours: bool) -> tuple[str, ...]:
    """Their administrator is bothered only with what was given up."""
    if ours:
        return ("send-slower",)
    return ("send-again-later", "ask-recipient-admin") if lost else ("let-ses-try",)
