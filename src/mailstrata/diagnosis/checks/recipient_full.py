"""The recipient's mailbox is full.

What it sees
    The server's answer, read by the classification of bounces: 5.2.2 or 4.2.2, "over quota", "out of storage space".
Why it matters
    Nothing arrives until there is room again. A mailbox that stays full is often one that nobody reads any more.
How to put it right
    Only the recipient, or their administrator, can make room: tell them by another way, and send again later.
Read more
    facts.md C4, D2; RFC 3463 3.3
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import Refused, finding, mailbox, told
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Result, Stratum

CODE = "recipient-full"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each mailbox without room."""
    yield from told(case, evidence, CODE, by=lambda answer: mailbox(answer.send), tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    lost = any(answer.final for answer in refused.answers)
    return finding(
        evidence,
        CODE,
        refused,
        title=f"the mailbox {refused.first.send.recipient or 'of the recipient'} is full",
        because=() if lost else ("it is still being tried; nothing is lost yet",),
        fixes=("make-room",),
    )
