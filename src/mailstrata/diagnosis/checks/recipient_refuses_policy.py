"""A rule of the recipient's side refuses the mail.

What it sees
    The server's answer, read by the classification of bounces: a group or mailbox that takes no mail from outside (Exchange
    5.7.133, 5.7.134, 5.7.193 and their like), a transport rule (5.7.1), a gateway's block, Google Workspace's "policy that
    prohibited the mail that you sent"; or TLS that is asked for and fails. Then it looks what the domain demands of senders
    by MTA-STS and DANE.
Why it matters
    Nothing on the sender's side changes it: not DNS, not DKIM, not another wording. The next mail is refused as well.
How to put it right
    The recipient's administrator, or the owner of the group, must let the mail in. Send them the message that mailstrata
    writes, by another way than the refused one: it holds time, servers, ids and the exact answer.
Read more
    facts.md B8, C4, D2, E; RFC 3463 3.8; RFC 7672; RFC 8461
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.bounces.classification.result import Classification
from mailstrata.diagnosis.answers import Answer
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import Place, Refused, finding, house, mailbox, name_at_house, told
from mailstrata.diagnosis.tls_demands import demands
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Owner, Result, Stratum

CODE = "recipient-refuses-policy"
STRATUM = Stratum.RECIPIENT
OF_A_MAILBOX = frozenset({"12", "13", "124", "129", "133", "134", "135", "136", "193"})
"""The details of 5.7.x by which Exchange speaks of one group or mailbox (facts.md D2)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each mailbox that is closed to strangers, and one for each house with a rule."""
    yield from told(case, evidence, CODE, by=_place, also=_is_tls, tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    return finding(
        evidence,
        CODE,
        refused,
        title=_title(refused),
        because=tuple(_because(evidence, refused)),
        fixes=_fixes(refused),
    )


def _fixes(refused: Refused) -> tuple[str, ...]:
    if _wants_tls(refused.first):
        return ("ask-recipient-admin", "relax-tls")
    return ("correct-sender",) if refused.owner is Owner.YOU else ("ask-recipient-admin",)


def _because(evidence: Evidence, refused: Refused) -> Iterator[str]:
    if _wants_tls(refused.first):
        yield from demands(evidence, refused.domain) if refused.domain else ()
    elif refused.owner is not Owner.YOU:
        yield "only the recipient's side can change it: SPF, DKIM and DMARC have no part in it"


def _place(answer: Answer) -> Place:
    if _wants_tls(answer):
        return house(answer.send)
    return mailbox(answer.send) if _closed(answer) else name_at_house(answer.send)


def _is_tls(said: Classification) -> bool:
    """No TLS in common: the classification has no code for it."""
    return said.reason == "failedstarttls"


def _wants_tls(answer: Answer) -> bool:
    words = answer.words.lower()
    said_so = answer.said.reason == "securityerror" and ("tls" in words or "encrypt" in words)
    return said_so or _is_tls(answer.said)


def _closed(answer: Answer) -> bool:
    reply = answer.send.reply
    status = (reply.enhanced if reply else "") or answer.send.status
    return status[1:4] == ".7." and status[4:] in OF_A_MAILBOX


def _title(refused: Refused) -> str:
    if _wants_tls(refused.first):
        return f"the servers of {refused.domain or 'the recipient'} and SES find no TLS that both take"
    if _closed(refused.first):
        return f"{refused.place.subject} takes no mail from outside its organisation"
    return f"a rule of {refused.domain or 'the recipient'} refuses the mail"
