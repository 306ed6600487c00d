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
from mailstrata.diagnosis.published_view import View, look, proofs
from mailstrata.diagnosis.record_slips import in_exchangers, in_target, misplaced
from mailstrata.diagnosis.unsettled import About, unsettled
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import cause
from mailstrata.formats.dns_record import mx
from mailstrata.formats.ses_records import PREFERENCE, feedback_host
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Owner, Result, Stratum
from mailstrata.model.observation import Absent, Seen
from mailstrata.model.question import Mx, SesIdentity

CODE = "mail-from-mx-wrong"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the MX of the MAIL FROM domain in each region in use."""
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            yield from _judged(case, evidence, used, used.mail_from)
        elif used.unknown is not None:
            yield unsure(CODE, STRATUM, used.subject, used.unknown)


def _judged(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Iterator[Result]:
    view = look(evidence, used.zone, Mx(mail_from.domain), lambda seen: mx_trouble(seen, used.region))
    if view.unknown is not None:
        yield unsure(CODE, STRATUM, used.subject, view.unknown)
    elif view.trouble:
        yield _wrong(case, evidence, used, view)
    else:
        what = f"the MX of {mail_from.domain} as SES wants it"
        about = About(code=CODE, subject=used.subject, what=what, target=_target(case, used))
        late = tuple(unsettled(evidence, (view,), about))
        text = f"the MX of {mail_from.domain} is SES's feedback host of {used.region}"
        yield from late or (Fine(code=CODE, stratum=STRATUM, text=text),)


def _wrong(case: Case, evidence: Evidence, used: InUse, view: View) -> Finding:
    name, lost = view.question.name, refusal(case, used)
    missing = isinstance(view.seen, Absent)
    blamed = cause(evidence, case.setup.domain, gravity=lost.gravity, verified=used.verified) if missing else None
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=used.subject,
        title=f"the MAIL FROM domain {name} does not have the MX that SES wants: {view.trouble}",
        because=(view.trouble, *_slips(evidence, used, view), lost.because),
        evidence=proofs(evidence, (*view.asked, SesIdentity(used.region, used.identity))),
        caused_by=blamed,
        explains=lost.explains,
        stops=lost.stops,
        fixes=() if blamed else ("publish-records",),
        target=_target(case, used),
        records=(mx(name, PREFERENCE, feedback_host(used.region)),),
    )


def _target(case: Case, used: InUse) -> tuple[tuple[str, str], ...]:
    return (("region", used.region), ("domain", case.setup.domain), ("identity", used.identity))


def _slips(evidence: Evidence, used: InUse, view: View) -> Iterator[str]:
    """How it came to be so, where that has a known shape: another host of Amazon's, or another name (facts.md B3)."""
    wanted = feedback_host(used.region)
    if isinstance(view.seen, Seen):
        hosts = tuple(host.host for host in view.seen.value)
        said = (in_exchangers(hosts, wanted), *(in_target(host, wanted, used.zone) for host in hosts))
        yield from dict.fromkeys(words for words in said if words)
        return
    places = misplaced(view.question.name, used.zone)
    evidence.want(*(Mx(place.name) for place in places))
    for place in places:
        seen = evidence[Mx(place.name)]
        if isinstance(seen, Seen) and any(host.host.rstrip(".").lower() == wanted for host in seen.value):
            yield f"it was published at {place.name}: {place.words}"
