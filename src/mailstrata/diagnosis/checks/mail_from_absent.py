"""The identity has no custom MAIL FROM domain, so bounces and SPF are SES's own.

What it sees
    sesv2:GetEmailIdentity names no MAIL FROM domain for the identity in force.
Why it matters
    The return path is then amazonses.com: SPF passes for Amazon and aligns with nobody else. DMARC rests on the DKIM
    signature alone; where a list or a forwarder breaks that, mail fails. While DKIM holds this loses no mail.
How to put it right
    Set a subdomain that is used for nothing else, such as bounce.DOMAIN, as the MAIL FROM domain, and publish its MX and its
    SPF record. An include:amazonses.com in the domain's own SPF record does not help here.
Read more
    facts.md B3, B4, C1; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Signing, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import ses_records
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.names import is_within
from mailstrata.model.question import SesIdentity

CODE = "mail-from-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for a MAIL FROM domain at the identity in force in each region."""
    for who in signing(case, evidence):
        if who.facts is None:
            if who.unknown is not None:
                yield unsure(CODE, STRATUM, who.subject, who.unknown)
        elif who.facts.mail_from is not None:
            text = f"mail of {who.subject} returns to {who.facts.mail_from.domain}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        else:
            yield _absent(case, evidence, who, who.facts)


def _absent(case: Case, evidence: Evidence, who: Signing, facts: IdentityFacts) -> Finding:
    signed = facts.dkim.signing and facts.dkim.status == "SUCCESS"
    wanted = case.setup.mail_from or ""
    named = wanted != who.identity and is_within(wanted, who.identity)
    ground = (
        "DMARC rests on the DKIM signature alone" if signed else "without DKIM nothing of the mail aligns for DMARC"
    )
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.NOTICE if signed else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"{who.subject} has no custom MAIL FROM domain: SPF passes for amazonses.com and does not align",
        because=(*((f"the setup names {wanted}, and SES does not know of it",) if named else ()), ground),
        evidence=(evidence.proof(SesIdentity(who.region, who.identity)),),
        fixes=("set-mail-from",) if named else ("choose-mail-from",),
        target=(
            ("region", who.region),
            ("domain", case.setup.domain),
            ("identity", who.identity),
            *((("mail-from", wanted),) if named else ()),
        ),
        records=ses_records.mail_from(wanted, who.region) if named else (),
    )
