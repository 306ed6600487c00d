"""A CNAME stands at the custom MAIL FROM domain, where only an MX and a TXT record may stand.

What it sees
    public DNS answers for the MAIL FROM domain with a CNAME: its own, or a wildcard's that answers for every name.
Why it matters
    Beside a CNAME no other record can stand (RFC 1034 3.6.2), so MX and SPF are those of the target. SES does not find
    its feedback host and falls back to its own return path, or refuses to send where the identity asks for that.
How to put it right
    Delete the CNAME and publish the MX and the TXT record in its place, in one change. Under a wildcard nothing has to be
    deleted: a name with records of its own is not answered by it.
Read more
    facts.md B3, H; RFC 1034 3.6.2; RFC 4592 4.4; https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import record_slips
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import InUse, in_use, mx_trouble, refusal
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats import ses_records
from mailstrata.model.attempt import Case
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Cname, Mx, SesIdentity

CODE = "mail-from-is-cname"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for a CNAME at the MAIL FROM domain in each region."""
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            yield _judged(case, evidence, used, used.mail_from)
        elif used.unknown is not None:
            yield unsure(CODE, STRATUM, used.subject, used.unknown)


def _judged(case: Case, evidence: Evidence, used: InUse, mail_from: MailFromFacts) -> Result:
    alias, hosts = Cname(mail_from.domain), Mx(mail_from.domain)
    evidence.want(alias, hosts)
    match evidence[alias]:
        case Unknown() as unknown:
            return unsure(CODE, STRATUM, used.subject, unknown)
        case Absent():
            return Fine(code=CODE, stratum=STRATUM, text=f"no CNAME stands at {mail_from.domain}")
        case Seen(value=target):
            trouble = mx_trouble(evidence[hosts], used.region)
            if isinstance(trouble, Unknown):
                return unsure(CODE, STRATUM, used.subject, trouble)
            return _finding(case, evidence, used, (mail_from.domain, target, trouble))


def _finding(case: Case, evidence: Evidence, used: InUse, found: tuple[str, str, str]) -> Finding:
    name, target, trouble = found
    lost = refusal(case, used) if trouble else None
    probe = Cname(f"{record_slips.PROBE}.{name.partition('.')[2]}")
    seen = evidence[probe]
    everything = isinstance(seen, Seen) and record_slips.is_wildcard(target, seen.value)
    words = f"a wildcard answers for every name below {name.partition('.')[2]}" if everything else ""
    ground = lost.because if lost else "SES follows it to the right MX now: it holds as long as the target does"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity if lost else Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=used.subject,
        title=f"the MAIL FROM domain {name} is a CNAME, to {target}",
        because=tuple(one for one in (words, trouble, ground) if one),
        evidence=tuple(evidence.proof(one) for one in (Cname(name), Mx(name), SesIdentity(used.region, used.identity))),
        refines="mail-from-mx-wrong" if trouble else None,
        explains=lost.explains if lost else (),
        stops=lost.stops if lost else (),
        fixes=("replace-mail-from-cname",),
        target=(
            ("region", used.region),
            ("domain", case.setup.domain),
            ("identity", used.identity),
            ("name", name),
            ("cname", target),
        ),
        records=ses_records.mail_from(name, used.region),
    )
