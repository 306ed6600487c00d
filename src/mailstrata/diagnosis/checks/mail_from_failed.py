"""SES does not use the custom MAIL FROM domain, although its records are right.

What it sees
    MailFromDomainStatus is PENDING, TEMPORARY_FAILURE or FAILED while the MX and the SPF record of the MAIL FROM domain
    are as SES wants them. (Where they are not, that is the finding, and this one is not reported.)
Why it matters
    Until SES has looked again, mail goes out with SES's own return path and SPF does not align; or, if the identity says
    so (REJECT_MESSAGE), it does not go out at all.
How to put it right
    PENDING and TEMPORARY_FAILURE: wait, SES looks again by itself. FAILED: SES looked for 72 hours and has stopped; set
    the MAIL FROM domain once more.
Read more
    facts.md B3; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import InUse, in_use, mx_trouble, refusal, spf_trouble
from mailstrata.diagnosis.published_view import look, want
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Result, Stratum
from mailstrata.model.question import Mx, SesIdentity, Txt

CODE = "mail-from-failed"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at SES's own word for the MAIL FROM domain in each region in use."""
    for used in in_use(case, evidence):
        if used.mail_from is None:
            if used.unknown is not None:
                yield unsure(CODE, STRATUM, used.subject, used.unknown)
        elif used.mail_from.status == "SUCCESS":
            yield Fine(code=CODE, stratum=STRATUM, text=f"SES uses the MAIL FROM domain {used.subject}")
        else:
            yield from _not_used(case, evidence, used, used.mail_from)


def _not_used(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Iterator[Result]:
    want(evidence, used.zone, Mx(mail_from.domain), Txt(mail_from.domain))
    hosts = look(evidence, used.zone, Mx(mail_from.domain), lambda seen: mx_trouble(seen, used.region))
    texts = look(evidence, used.zone, Txt(mail_from.domain), spf_trouble)
    unknown = hosts.unknown or texts.unknown
    if unknown is not None:
        yield unsure(CODE, STRATUM, used.subject, unknown)
    elif not (hosts.trouble or texts.trouble):
        yield _finding(case, evidence, used, mail_from)


def _finding(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Finding:
    given_up = mail_from.status == "FAILED"
    lost = refusal(case, used)
    asked = (SesIdentity(used.region, used.identity), Mx(mail_from.domain), Txt(mail_from.domain))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU if given_up else Owner.AWS,
        subject=used.subject,
        title=f"SES does not use the MAIL FROM domain {mail_from.domain} ({mail_from.status}), though its DNS is right",
        because=("its MX and SPF records are right now: SES has not looked since they are", lost.because),
        evidence=tuple(evidence.proof(question) for question in asked),
        explains=lost.explains,
        stops=lost.stops,
        fixes=("set-mail-from-again" if given_up else "wait-for-ses",),
        target=(("region", used.region), ("domain", case.setup.domain), ("identity", used.identity)),
    )
