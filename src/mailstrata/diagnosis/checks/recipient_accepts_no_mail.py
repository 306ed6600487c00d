"""The recipient's domain exists and takes no mail.

What it sees
    The domain publishes the null MX ("0 ."), by which its owner says so, or it has neither an MX nor an address.
Why it matters
    No sender can deliver there. SES takes the mail and bounces it.
How to put it right
    Look at the address: people often write at another domain than that of their website. Otherwise only the owner of the
    domain can publish an MX.
Read more
    RFC 7505; RFC 5321 5.1; facts.md E
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

CODE = "recipient-accepts-no-mail"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for a way to each domain that mail goes to."""
    evidence.want(*(Mx(domain) for domain in recipient_domains(case)))
    for domain in recipient_domains(case):
        way = route(evidence, domain)
        if way.unknown is not None:
            yield unsure(CODE, STRATUM, domain, way.unknown)
        elif way.kind is Kind.CLOSED:
            title = f"{way.domain} takes no mail: {way.words}"
            yield unreachable(
                case,
                evidence,
                way,
                code=CODE,
                title=title,
                owner=Owner.RECIPIENT,
                fixes=("correct-recipient", "ask-recipient-admin"),
            )
        elif way.kind is Kind.OPEN:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{domain} takes mail")
