"""The recipient's server refuses what the message holds.

What it sees
    The server's answer, read by the classification of bounces: spam by its content, a virus, a forbidden attachment, a
    link on a list, a message that is too large or malformed.
Why it matters
    This message is refused; another one to the same recipient may pass. Where it is the wording, sending it again unchanged
    harms the sender's reputation.
How to put it right
    Change what the answer names: take the attachment or the link out, send a smaller message, mend the header. If plain
    mail is refused as spam, the reputation of domain and links counts too.
Read more
    facts.md C4, D2, E; RFC 3463 3.7
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import NOBODY, Refused, finding, message, told
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Result, Stratum

CODE = "recipient-refuses-content"
STRATUM = Stratum.RECIPIENT
_KINDS = {
    "spamdetected": "it takes the message for spam",
    "virusdetected": "it found a virus, or what it takes for one",
    "mesgtoobig": "the message is too large for it",
    "exceedlimit": "the message is too large for it",
    "notcompliantrfc": "the message is not built as the standards say",
    "contenterror": "something in the message is not allowed there",
}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each message that was refused for what is in it."""
    yield from told(case, evidence, CODE, by=lambda answer: message(answer.send), tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    return finding(
        evidence,
        CODE,
        refused,
        title=f"{refused.domain or 'the recipient'} refuses what is in the mail to {refused.first.send.recipient or NOBODY}",
        because=(_KINDS.get(refused.first.said.reason, _KINDS["contenterror"]),),
        fixes=("change-message",),
    )
