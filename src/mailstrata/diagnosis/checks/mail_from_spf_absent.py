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
from mailstrata.diagnosis.published_view import View, look, proofs
from mailstrata.diagnosis.record_slips import misplaced
from mailstrata.diagnosis.unsettled import About, unsettled
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SES, SPF
from mailstrata.formats.txt_sets import kind
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Cname, SesIdentity, Txt

CODE = "mail-from-spf-absent"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the SPF record of the MAIL FROM domain in each region in use."""
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            yield from _judged(case, evidence, used, used.mail_from)
        elif used.unknown is not None:
            yield unsure(CODE, STRATUM, used.subject, used.unknown)


def _judged(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Iterator[Result]:
    view = look(evidence, used.zone, Txt(mail_from.domain), _trouble)
    if view.unknown is not None:
        yield unsure(CODE, STRATUM, used.subject, view.unknown)
    elif view.trouble:
        yield _absent(case, evidence, used, view)
    else:
        what = f"the SPF record of {mail_from.domain}"
        about = About(code=CODE, subject=used.subject, what=what, target=_target(case, used))
        fine = Fine(code=CODE, stratum=STRATUM, text=f"{mail_from.domain} has an SPF record")
        yield from tuple(unsettled(evidence, (view,), about)) or (fine,)


def _trouble(seen: Observation[tuple[str, ...]]) -> str | Unknown:
    if isinstance(seen, Unknown):
        return seen
    texts = seen.value if isinstance(seen, Seen) else ()
    return "" if any(kind(text) == "spf" for text in texts) else "there is no SPF record"


def _target(case: Case, used: InUse) -> tuple[tuple[str, str], ...]:
    return (("region", used.region), ("domain", case.setup.domain), ("identity", used.identity))


def _absent(case: Case, evidence: Evidence, used: InUse, view: View) -> Finding:
    name, warning = view.question.name, Gravity.WARNING
    texts = view.seen.value if isinstance(view.seen, Seen) else ()
    blamed = cause(evidence, case.setup.domain, gravity=warning, verified=used.verified) if not texts else None
    blamed = "mail-from-is-cname" if isinstance(evidence[Cname(name)], Seen) else blamed
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=warning,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=used.subject,
        title=f"SPF does not pass for mail by SES: the MAIL FROM domain {name} has no SPF record",
        because=(*_slips(evidence, used, name), "DMARC then rests on the DKIM signature alone"),
        evidence=proofs(evidence, (*view.asked, SesIdentity(used.region, used.identity))),
        caused_by=blamed,
        fixes=() if blamed else ("publish-records",),
        target=_target(case, used),
        records=(txt(name, (*texts, SPF)),),
    )


def _slips(evidence: Evidence, used: InUse, name: str) -> Iterator[str]:
    """Where else it stands: twice the zone's name, or at the domain above (facts.md B3)."""
    places = misplaced(name, used.zone)
    evidence.want(*(Txt(place.name) for place in places))
    for place in places:
        seen = evidence[Txt(place.name)]
        if isinstance(seen, Seen) and any(kind(text) == "spf" and SES in text for text in seen.value):
            yield f"one that names SES stands at {place.name}: {place.words}"
