"""The recipient's domain names mail servers that cannot be found, or that do not take mail for it.

What it sees
    The domain has MX records, and for none of their hosts is there an A or AAAA record; or the server answered a mail with
    "relay access denied": it does not know the domain as its own.
Why it matters
    Nobody can deliver to the domain. SES keeps trying for hours and then gives up: the bounce comes late.
How to put it right
    Only the administrator of the recipient's domain can: the MX must name hosts that exist and
    know the domain. Tell them by another way.
Read more
    RFC 5321 5.1; RFC 2181 10.3; facts.md D2 (5.4.1 Relay Access Denied)
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.answers import Answer
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.no_way import unreachable
from mailstrata.diagnosis.paths import recipient_domains
from mailstrata.diagnosis.refused import Place, Refused, finding, house, refusals
from mailstrata.diagnosis.route_facts import Kind, route
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Fine, Owner, Result, Stratum, Undetermined
from mailstrata.model.question import Mx

CODE = "recipient-mx-failing"
STRATUM = Stratum.RECIPIENT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Resolve the mail servers of each domain that mail goes to, then hear what they said."""
    evidence.want(*(Mx(domain) for domain in recipient_domains(case)))
    turned_away = [one for one in refusals(case, evidence, CODE, by=_house) if not _is_expired(one)]
    said = {one.domain for one in turned_away if isinstance(one, Refused)}
    for domain in recipient_domains(case):
        way = route(evidence, domain)
        if way.unknown is not None:
            yield unsure(CODE, STRATUM, domain, way.unknown)
        elif way.kind is Kind.BROKEN:
            title = f"no mail server of {way.domain} can be found: its MX names hosts without an address"
            yield unreachable(
                case, evidence, way, code=CODE, title=title, owner=Owner.RECIPIENT, fixes=("ask-recipient-admin",)
            )
        elif way.kind is Kind.OPEN and domain not in said:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{domain}: {way.words}")
    for one in turned_away:
        yield _turned_away(evidence, one) if isinstance(one, Refused) else one


def _house(answer: Answer) -> Place:
    return house(answer.send)


def _is_expired(one: Refused | Undetermined) -> bool:
    """Whether the mail was given up after many tries: that is `recipient-delays`, unless no server can be found."""
    return isinstance(one, Refused) and all(answer.said.reason == "expired" for answer in one.answers)


def _turned_away(evidence: Evidence, refused: Refused) -> Finding:
    return finding(
        evidence,
        CODE,
        refused,
        title=f"the server that the MX of {refused.domain or 'the recipient'} names does not take mail for that domain",
        because=("it relays for strangers as little as it should: the MX, or the server's list of domains, is wrong",),
        fixes=("ask-recipient-admin",),
    )
