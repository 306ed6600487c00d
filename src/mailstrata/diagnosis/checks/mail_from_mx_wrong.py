"""The MX record of the custom MAIL FROM domain is missing or is not the one that SES wants.

What it sees
    At the MAIL FROM domain there is no MX, more than one, or one that names another host than the feedback host of the
    identity's own region.
Why it matters
    SES then does not use the MAIL FROM domain: it falls back to its own, and SPF no longer aligns with the sender; or, if
    the identity says so (REJECT_MESSAGE), it refuses to send at all.
How to put it right
    Publish exactly one MX, "10 feedback-smtp.REGION.amazonses.com". It is amazonses here, not amazonaws. A CNAME cannot
    stand there.
Read more
    facts.md B3; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import InUse, in_use, mx_trouble, refusal
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import mx
from mailstrata.formats.ses_records import PREFERENCE, feedback_host
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Result, Stratum
from mailstrata.model.observation import Absent, Unknown
from mailstrata.model.question import Mx, SesIdentity

CODE = "mail-from-mx-wrong"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the MX of the MAIL FROM domain in each region in use."""
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            yield _judged(case, evidence, used, used.mail_from)
        elif used.unknown is not None:
            yield unsure(CODE, STRATUM, used.subject, used.unknown)


def _judged(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Result:
    question = Mx(mail_from.domain)
    trouble = mx_trouble(evidence[question], used.region)
    if isinstance(trouble, Unknown):
        return unsure(CODE, STRATUM, used.subject, trouble)
    if not trouble:
        text = f"the MX of {mail_from.domain} is SES's feedback host of {used.region}"
        return Fine(code=CODE, stratum=STRATUM, text=text)
    lost = refusal(case, used)
    missing = isinstance(evidence[question], Absent)
    blamed = cause(evidence, case.setup.domain, gravity=lost.gravity, verified=used.verified) if missing else None
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=used.subject,
        title=f"the MAIL FROM domain {mail_from.domain} does not have the MX that SES wants: {trouble}",
        because=(trouble, lost.because),
        evidence=(evidence.proof(question), evidence.proof(SesIdentity(used.region, used.identity))),
        caused_by=blamed,
        explains=lost.explains,
        stops=lost.stops,
        fixes=() if blamed else ("publish-records",),
        target=(("region", used.region), ("domain", case.setup.domain), ("identity", used.identity)),
        records=(mx(mail_from.domain, PREFERENCE, feedback_host(used.region)),),
    )
