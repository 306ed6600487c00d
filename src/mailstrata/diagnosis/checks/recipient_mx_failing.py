"""The recipient's domain names mail servers, and none of them has an address.

What it sees
    The domain has MX records, and for none of their hosts is there an A or AAAA record.
Why it matters
    Nobody can deliver to the domain. SES keeps trying for hours and then gives up: the bounce comes late.
How to put it right
    Only the administrator of the recipient's domain can: the MX must name hosts that exist. Tell them by another way.
Read more
    RFC 5321 5.1; RFC 2181 10.3
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids, recipient_domains, to_domain
from mailstrata.diagnosis.route_facts import Kind, Route, route, unreached
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.question import Mx

CODE = "recipient-mx-failing"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Resolve the mail servers of each domain that mail goes to."""
    evidence.want(*(Mx(domain) for domain in recipient_domains(case)))
    for domain in recipient_domains(case):
        way = route(evidence, domain)
        if way.unknown is not None:
            yield unsure(CODE, STRATUM, domain, way.unknown)
        elif way.kind is Kind.BROKEN:
            yield _finding(case, evidence, way)
        elif way.kind is Kind.OPEN:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{domain}: {way.words}")


def _finding(case: Case, evidence: Evidence, way: Route) -> Finding:
    sends = to_domain(case, way.domain)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.RECIPIENT,
        subject=way.domain,
        title=f"no mail server of {way.domain} can be found: its MX names hosts without an address",
        because=(way.words,),
        evidence=tuple(evidence.proof(question) for question in way.asked),
        explains=ids(unreached(sends)),
        stops=ids(send for send in sends if not send.delivered),
        fixes=("ask-recipient-admin",),
        target=(("domain", way.domain),),
    )
