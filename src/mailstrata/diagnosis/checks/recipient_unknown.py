"""The recipient's server says that there is no such mailbox, or none in use.

What it sees
    The server's answer to a mail, in a bounce, a pasted text or SES's events, read by the classification of bounces: 5.1.1
    and its like, Gmail's NoSuchUser, and Exchange Online's "5.4.1 Recipient address rejected: Access denied", which sounds
    like a block and means that the address is in no directory of theirs. A mailbox that is disabled, or has moved, is told
    here too.
Why it matters
    No mail to that address arrives. A hard bounce counts against the account's bounce rate, and it puts the address on the
    suppression list, so that the next mail is not even tried.
How to put it right
    Compare the address letter by letter with one that the person wrote themselves; ask by another way. If it is right, their
    administrator must create it, or let it through at the edge (Exchange: directory synchronisation).
Read more
    facts.md C4, D2, B5; RFC 3463 3.2
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import Refused, finding, mailbox, told
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Result, Stratum

CODE = "recipient-unknown"
STRATUM = Stratum.RECIPIENT
_SAYINGS = {
    "suspend": "is disabled, by its own server's word",
    "hasmoved": "has moved, by its own server's word",
    "filtered": "is refused without a reason, which mostly means that it does not exist",
}
_THERE = frozenset({"suspend"})
"""Reasons that speak of an address that is right."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each mailbox that its server does not know."""
    yield from told(case, evidence, CODE, by=lambda answer: mailbox(answer.send), tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    return finding(
        evidence,
        CODE,
        refused,
        title=f"the mailbox {refused.first.send.recipient or 'of the recipient'} {_said(refused)}",
        because=tuple(_reading(refused)),
        fixes=("ask-recipient-admin",)
        if refused.first.said.reason in _THERE
        else ("correct-recipient", "ask-recipient-admin"),
    )


def _said(refused: Refused) -> str:
    return _SAYINGS.get(refused.first.said.reason, "does not exist, by its own server's word")


def _reading(refused: Refused) -> Iterator[str]:
    """Where the words say something else than they mean (facts.md D2 5.4.1)."""
    if "access denied" in refused.first.words.lower():
        yield "it says “Access denied”, which Exchange Online says of addresses that it does not know; it blocks nobody by it"
