"""The recipient's server refuses the mail since SPF, DKIM or DMARC do not speak for it.

What it sees
    The server's answer, read by the classification of bounces: Gmail 5.7.26 to 5.7.32, Exchange 5.7.23, 5.7.509, 5.7.515, and
    the words of others. Where one of the checks of the identity found what is wrong, that is the cause, and this is how it
    was seen. It is held against the policy that the domain publishes now: an answer that says "reject" while the domain asks
    for something else speaks of another time, or of another domain.
Why it matters
    The same mail will be refused by that server every time, and by others with the same rules.
How to put it right
    Mend what the identity's findings name. Where they found nothing, the mail took a way that is not SES's (a program that
    sends in the domain's name, a forwarder on the way): the message's headers at the recipient tell.
Read more
    facts.md B4, C1, C4, D2, D3; RFC 7372; RFC 9989 5.4
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dmarc_facts import Policy, at, policy
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refused import Refused, finding, name_at_house, told
from mailstrata.diagnosis.sight import views
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Result, Stratum
from mailstrata.model.names import domain_of

CODE = "recipient-refuses-authentication"
STRATUM = Stratum.RECIPIENT
OF_DKIM = ("dkim-disabled", "dkim-record-absent", "dkim-record-differs", "dkim-failed", "dkim-key-weak")
OF_SPF = (
    "mail-from-failed",
    "mail-from-is-cname",
    "mail-from-mx-wrong",
    "mail-from-spf-absent",
    "mail-from-absent",
    "spf-multiple",
    "spf-malformed",
    "spf-too-many-lookups",
    "spf-without-ses",
)
OF_EITHER = ("dmarc-unaligned", "address-identity-shadows-domain", *OF_DKIM)
"""Where one of the two would do, DKIM must be lost as well: a fault of SPF alone refuses nothing (RFC 9989 4.4)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each domain that refuses mail in the name of one of ours."""
    yield from told(case, evidence, CODE, by=lambda answer: name_at_house(answer.send), tell=_finding)


def _finding(evidence: Evidence, refused: Refused) -> Finding:
    doubt = _doubt(evidence, refused)
    return finding(
        evidence,
        CODE,
        refused,
        title=f"{refused.domain or 'the recipient'} refuses mail of {_author(refused)}: {_lacking(refused)}",
        because=(doubt,) if doubt else (),
        fixes=("mend-authentication",),
        mechanisms=() if doubt else _mechanisms(refused),
        confidence=Confidence.POSSIBLE if doubt else None,
    )


def _author(refused: Refused) -> str:
    return domain_of(refused.first.send.sender)


def _lacking(refused: Refused) -> str:
    words = refused.first.words.lower()
    if "dmarc" in words:
        return "it fails DMARC"
    named = [name for name in ("SPF", "DKIM") if name.lower() in words]
    return f"{' and '.join(named)} did not pass" if named else "it is not authenticated"


def _mechanisms(refused: Refused) -> tuple[str, ...]:
    """What could be behind it: an answer that names one of the two speaks of that one."""
    words = refused.first.words.lower()
    spf, dkim = "spf" in words, "dkim" in words
    if "dmarc" in words or spf == dkim:
        return OF_EITHER
    return OF_SPF if spf else OF_DKIM


def _doubt(evidence: Evidence, refused: Refused) -> str:
    """Where the answer speaks of a policy of reject that the domain does not publish (facts.md D3)."""
    words = " ".join(answer.words.lower() for answer in refused.answers)
    if "policy of reject" not in words and "5.7.509" not in words:
        return ""
    author = _author(refused)
    found = views(evidence, at(author), author, lambda seen: policy(seen, author))
    rules = (found.remembered, *(view.value for view in found.published))
    rule = found.remembered
    if not isinstance(rule, Policy) or any(not isinstance(one, Policy) or one.asks == "reject" for one in rules):
        return ""
    return (
        f"the answer speaks of a policy of reject; _dmarc.{rule.domain} asks for p={rule.asks} now, under which Exchange "
        "refuses nothing: it was another policy then, or another domain"
    )
