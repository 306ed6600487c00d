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
from mailstrata.diagnosis.no_way import unreachable
from mailstrata.diagnosis.paths import recipient_domains
from mailstrata.diagnosis.route_facts import Kind, route
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Owner, Result, Stratum
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
            title = f"no mail server of {way.domain} can be found: its MX names hosts without an address"
            yield unreachable(
                case, evidence, way, code=CODE, title=title, owner=Owner.RECIPIENT, fixes=("ask-recipient-admin",)
            )
        elif way.kind is Kind.OPEN:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{domain}: {way.words}")
