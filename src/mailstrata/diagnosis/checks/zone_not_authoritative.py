"""Route 53 holds a zone for the domain, but the world asks other name servers.

What it sees
    route53 has a public hosted zone for the domain, and the delegation in public DNS names servers that are none of the
    zone's own, or there is no delegation at all.
Why it matters
    Records in that zone are seen by nobody. Whoever publishes DKIM, MAIL FROM or DMARC there waits in vain.
How to put it right
    Either set the zone's four name servers at the registrar, after all records of the present zone have been copied; or
    leave the delegation as it is, publish the records with the servers in force, and delete the zone that misleads.
Read more
    facts.md B3; https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/domain-name-servers-glue-records.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import read, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import elsewhere, strangers
from mailstrata.model.attempt import Case
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import HostedZone, Nameservers

CODE = "zone-not-authoritative"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare the zone's name servers with the delegation; without a zone in Route 53 there is nothing to compare."""
    domain = case.setup.domain
    match evidence[HostedZone(domain)]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, domain, unknown)
        case Seen(value=zone):
            yield _compared(case, evidence, zone)


def _compared(case: Case, evidence: Evidence, zone: HostedZoneFacts) -> Result:
    delegated = evidence[Nameservers(zone.name)]
    if isinstance(delegated, Unknown):
        return unsure(CODE, STRATUM, zone.name, delegated)
    foreign = strangers(zone, delegated)
    if isinstance(delegated, Seen) and not foreign:
        text = f"{zone.name} is delegated to its Route 53 zone ({len(delegated.value)} name servers)"
        return Fine(code=CODE, stratum=STRATUM, text=text)
    lost = elsewhere(evidence, case.setup.domain) and _unproven(case, evidence)
    where = ", ".join(foreign) if foreign else "no name server at all"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if lost else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=zone.name,
        title=f"{zone.name} is delegated to {where}, not to the zone that Route 53 holds",
        because=(
            f"the zone's own name servers: {', '.join(zone.nameservers) or 'none'}",
            "what is published in that zone is not seen",
        ),
        evidence=(evidence.proof(HostedZone(case.setup.domain)), evidence.proof(Nameservers(zone.name))),
        fixes=("delegate-zone",),
        target=(("domain", case.setup.domain), ("zone", zone.name), ("zone-id", zone.id)),
    )


def _unproven(case: Case, evidence: Evidence) -> bool:
    """Whether an identity stays unverified for want of records: then mail is lost by this."""
    for who in signing(case, evidence):
        if who.facts and not who.facts.verified and read(evidence, who.identity, who.facts.dkim).missing:
            return True
    return False
