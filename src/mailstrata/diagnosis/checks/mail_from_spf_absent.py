"""The custom MAIL FROM domain has no SPF record.

What it sees
    At the MAIL FROM domain there is no v=spf1 text, nor one that was meant to be such.
Why it matters
    With a custom MAIL FROM it is this name whose SPF recipients look at. Without the record SPF does not pass, and DMARC
    rests on DKIM alone. A record at the sender's own domain changes nothing for mail by SES.
How to put it right
    Publish "v=spf1 include:amazonses.com ~all" at the MAIL FROM domain.
Read more
    facts.md B3, B4; RFC 7208 5.2; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import InUse, in_use
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SPF
from mailstrata.formats.txt_sets import kind
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Cname, SesIdentity, Txt

CODE = "mail-from-spf-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the SPF record of the MAIL FROM domain in each region in use."""
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            yield _judged(case, evidence, used, used.mail_from)
        elif used.unknown is not None:
            yield unsure(CODE, STRATUM, used.subject, used.unknown)


def _judged(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Result:
    question, alias = Txt(mail_from.domain), Cname(mail_from.domain)
    evidence.want(question, alias)
    seen = evidence[question]
    if isinstance(seen, Unknown):
        return unsure(CODE, STRATUM, used.subject, seen)
    texts = seen.value if isinstance(seen, Seen) else ()
    if any(kind(text) == "spf" for text in texts):
        return Fine(code=CODE, stratum=STRATUM, text=f"{mail_from.domain} has an SPF record")
    warning = Gravity.WARNING
    blamed = cause(evidence, case.setup.domain, gravity=warning, verified=used.verified) if not texts else None
    blamed = "mail-from-is-cname" if isinstance(evidence[alias], Seen) else blamed
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=warning,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=used.subject,
        title=f"SPF does not pass for mail by SES: the MAIL FROM domain {mail_from.domain} has no SPF record",
        because=("DMARC then rests on the DKIM signature alone",),
        evidence=(evidence.proof(question), evidence.proof(SesIdentity(used.region, used.identity))),
        caused_by=blamed,
        fixes=() if blamed else ("publish-records",),
        target=(("region", used.region), ("domain", case.setup.domain), ("identity", used.identity)),
        records=(txt(mail_from.domain, (*texts, SPF)),),
    )
