"""DMARC reports are asked for at another domain, which has not agreed to receive them.

What it sees
    The policy names a report address (rua or ruf) outside the domain's own organisation, and there is no v=DMARC1 text at
    DOMAIN._report._dmarc.RECEIVER, by which the receiver would agree.
Why it matters
    Recipients of mail do not send reports to whom they were not agreed with. No mail is lost, but nobody sees who sends as
    the domain, and a stricter policy is a leap in the dark.
How to put it right
    Have the receiver publish the record shown; report services do so when the domain is added there. Where the receiver's
    zone is in this account, fix publishes it. Or name an address of the domain's own.
    Where only a resolver still remembers it, the zone publishing it no more, wait: how long is shown.
Read more
    RFC 9990 4; RFC 9989 4.7
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mailstrata.diagnosis.dmarc_facts import Policy, at, organisation, place, policy
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import weighed
from mailstrata.formats import dmarc
from mailstrata.formats.dns_record import txt
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.names import is_within
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import HostedZone, Txt

CODE = "dmarc-report-unauthorized"
STRATUM = Stratum.IDENTITY
_MOST = 10
"""Report addresses that are looked at; recipients send to two (RFC 9990 3.5)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the report addresses of each policy that holds for a domain in a From."""
    domains = authors(case)
    found = weighed(evidence, ((place(case, one), partial(_of_author, case, author=one)) for one in domains))
    yield from dict.fromkeys(found)  # a domain and one below it may have the same policy


def _of_author(case: Case, evidence: Evidence, author: str) -> Iterator[Result]:
    rule = policy(evidence, author)
    if isinstance(rule, Unknown):
        yield unsure(CODE, STRATUM, author, rule)
    elif rule is not None:
        for receiver in _receivers(rule.record):
            yield from _judged(case, evidence, rule, receiver)


def _receivers(record: dmarc.DmarcRecord) -> tuple[str, ...]:
    """The domains of the mail addresses that reports are asked for at."""
    mails = [uri[7:].partition("?")[0] for uri in (*record.rua, *record.ruf) if uri.lower().startswith("mailto:")]
    found = (mail.rpartition("@")[2].strip().rstrip(".").lower() for mail in mails)
    return tuple(dict.fromkeys(domain for domain in found if "." in domain))[:_MOST]


def _judged(case: Case, evidence: Evidence, rule: Policy, receiver: str) -> Iterator[Result]:
    subject = f"{rule.domain} at {receiver}"
    if is_within(receiver, rule.domain):
        yield Fine(code=CODE, stratum=STRATUM, text=f"reports of {rule.domain} stay within it, at {receiver}")
        return
    consent = Txt(f"{rule.domain}._report._dmarc.{receiver}")
    evidence.want(consent, at(receiver), at(rule.domain))
    ours, theirs, seen = organisation(evidence, rule.domain), organisation(evidence, receiver), evidence[consent]
    unknown = next((one for one in (ours, theirs, seen) if isinstance(one, Unknown)), None)
    agreed = isinstance(seen, Seen) and any(dmarc.is_record(text) for text in seen.value)
    if unknown is not None:
        yield unsure(CODE, STRATUM, subject, unknown)
    elif agreed or ours == theirs:
        yield Fine(code=CODE, stratum=STRATUM, text=f"{receiver} takes the reports of {rule.domain}")
    else:
        yield _finding(case, evidence, (rule.domain, receiver), consent)


def _finding(case: Case, evidence: Evidence, pair: tuple[str, str], consent: Txt) -> Finding:
    domain, receiver = pair
    here = isinstance(evidence[HostedZone(receiver)], Seen)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{domain} at {receiver}",
        title=f"reports of {domain} are asked for at {receiver}, which has not agreed to receive them",
        because=(f"no v=DMARC1 text at {consent.name}", "reporters send nothing there"),
        evidence=(evidence.proof(consent), evidence.proof(at(domain))),
        fixes=("publish-records",) if here else ("authorize-reports",),
        target=(("domain", case.setup.domain), ("author", domain), ("zone", receiver)),
        records=(txt(consent.name, ("v=DMARC1",)),),
    )
