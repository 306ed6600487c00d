"""The recipient's server refuses the sending address or the domain for its reputation.

What it sees
    The server's answer, read by the classification of bounces: a block list, a banned address, a bad reputation; and whose it
    is. An address is SES's, shared by many senders unless the account rents its own; a domain is yours; a customer's own
    block list (Exchange 5.7.513) is the recipient's.
Why it matters
    A shared address is nobody's fault of yours, and the next mail may leave by another. A domain with a bad name is refused
    wherever that list is asked.
How to put it right
    SES's shared address: send again; if it lasts, open a case with AWS, who alone can have it delisted. Your domain: find out
    what was sent in its name, end it, then ask the list for removal. Their own list: ask their administrator.
Read more
    facts.md C4, D2, E
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.answers import Answer
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import Place, Refused, finding, house, name_at_house, told
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Owner, Result, Stratum

CODE = "recipient-refuses-reputation"
STRATUM = Stratum.RECIPIENT
_FIXES = {
    Owner.YOU: ("clear-domain-name",),
    Owner.AWS: ("send-again-later", "ask-aws-about-address"),
    Owner.RECIPIENT: ("ask-recipient-admin",),
}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each domain whose servers refuse an address, or ours by name."""
    yield from told(case, evidence, CODE, by=_place, tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    theirs = refused.domain or "the recipient"
    return finding(
        evidence,
        CODE,
        refused,
        title=_title(refused, theirs),
        because=_because(refused),
        fixes=_FIXES.get(refused.owner, ("send-again-later",)),
        stops=refused.owner in (Owner.YOU, Owner.RECIPIENT),
    )


def _place(answer: Answer) -> Place:
    return name_at_house(answer.send) if answer.said.owner is Owner.YOU else house(answer.send)


def _title(refused: Refused, theirs: str) -> str:
    if refused.owner is Owner.YOU:
        return f"{theirs} refuses mail in the name of {refused.place.subject.partition(' ')[0]} for its reputation"
    if refused.owner is Owner.RECIPIENT:
        return f"{theirs} has the sending server on its own block list"
    return f"{theirs} refuses the address that the mail was sent from for its reputation"


def _because(refused: Refused) -> tuple[str, ...]:
    if refused.owner is Owner.AWS:
        return ("the address is one of SES's, shared with other senders unless the account rents its own",)
    return ()
