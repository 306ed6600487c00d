"""The recipient's domain does not exist.

What it sees
    Public DNS answers NXDOMAIN for the domain of the recipient: no MX, no address, no name.
Why it matters
    There is no server to deliver to. SES takes the mail and bounces it, and the address goes on the suppression list.
How to put it right
    Look at the spelling of the address. Where it is right, the domain has expired or lost its delegation: tell the
    recipient by another way.
Read more
    RFC 5321 5.1; RFC 8020
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

CODE = "recipient-domain-absent"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the domain of each recipient."""
    evidence.want(*(Mx(domain) for domain in recipient_domains(case)))
    for domain in recipient_domains(case):
        way = route(evidence, domain)
        if way.unknown is not None:
            yield unsure(CODE, STRATUM, domain, way.unknown)
        elif way.kind is Kind.ABSENT:
            title = f"the recipient's domain {way.domain} does not exist"
            yield unreachable(
                case, evidence, way, code=CODE, title=title, owner=Owner.YOU, fixes=("correct-recipient",)
            )
        else:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{domain} exists")
