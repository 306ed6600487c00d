"""The world is told something else of the domain's records than Route 53 holds.

What it sees
    The delegation points to the account's hosted zone, and the name servers in force answer otherwise than the zone's own
    content, for a record that mail rests on: DKIM, MAIL FROM, SPF, DMARC. Each server is asked directly, so no cache explains
    it.
Why it matters
    What is published in Route 53 does not arrive. It looks right in the console and is wrong, or missing, for SES and for
    recipients; whoever corrects it there waits in vain.
How to put it right
    Find who answers in place of the zone: a server of another host among the delegated ones, or a delegation of a part of
    the zone (_domainkey is usual) to somebody else. Take that away, or publish the records there. What was changed in the
    last minute may still be on its way to all of Route 53's servers.
Read more
    facts.md B3; RFC 1034 4.2.1; https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/troubleshooting-new-dns-settings-not-in-effect.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import read, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.published_view import proofs
from mailstrata.diagnosis.route53_view import Compared, compared, wanted_sets
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.zone_facts import elsewhere
from mailstrata.model.attempt import Case
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import HostedZone, Nameservers

CODE = "published-differs-from-route53"
STRATUM = Stratum.IDENTITY
_SHOWN = 6


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare the zone that Route 53 holds with what its name servers tell; without a zone there is nothing to compare."""
    domain = case.setup.domain
    match evidence[HostedZone(domain)]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, domain, unknown)
        case Seen(value=zone):
            delegated = evidence[Nameservers(zone.name)]
            if isinstance(delegated, Unknown):
                yield unsure(CODE, STRATUM, zone.name, delegated)
            elif not elsewhere(evidence, domain):
                yield from _compared(case, evidence, zone)


def _compared(case: Case, evidence: Evidence, zone: HostedZoneFacts) -> Iterator[Result]:
    wanted = wanted_sets(case, evidence)
    if isinstance(wanted, Unknown):
        yield unsure(CODE, STRATUM, zone.name, wanted)
        return
    pairs = compared(evidence, zone, wanted)
    unknown = next((pair.unknown for pair in pairs if pair.unknown is not None), None)
    differing = tuple(pair for pair in pairs if pair.otherwise)
    if differing:
        yield _finding(case, evidence, zone, differing)
    if unknown is not None:
        yield unsure(CODE, STRATUM, zone.name, unknown)
    elif not differing:
        text = f"{len(pairs)} of {len(pairs)} record sets of {zone.name} are published as Route 53 holds them"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _finding(case: Case, evidence: Evidence, zone: HostedZoneFacts, differing: tuple[Compared, ...]) -> Finding:
    servers = tuple(dict.fromkeys(server for pair in differing for server in pair.otherwise))
    names = tuple(dict.fromkeys(pair.question.name for pair in differing))
    strangers = tuple(server for server in servers if server not in zone.nameservers)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if _unproven(case, evidence, differing) else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=zone.name,
        title=f"{', '.join(servers)} tell the world something else than Route 53 holds for {zone.name}",
        because=(
            f"otherwise than in Route 53: {', '.join(names[:_SHOWN])}",
            *((f"not of Route 53: {', '.join(strangers)}",) if strangers else ("it may still be on its way to them",)),
        ),
        evidence=proofs(evidence, (one for pair in differing[:_SHOWN] for one in (pair.hosted, pair.published))),
        caused_by="zone-not-authoritative" if _delegated(evidence, zone, strangers) else None,
        fixes=("unite-dns",),
        target=(("domain", case.setup.domain), ("zone", zone.name), ("zone-id", zone.id)),
    )


def _delegated(evidence: Evidence, zone: HostedZoneFacts, strangers: tuple[str, ...]) -> bool:
    """Whether a stranger stands in the delegation of the zone itself: that has its own code."""
    delegated = evidence[Nameservers(zone.name)]
    return isinstance(delegated, Seen) and any(server in delegated.value for server in strangers)


def _unproven(case: Case, evidence: Evidence, differing: tuple[Compared, ...]) -> bool:
    """Whether an identity stays unverified since a record that Route 53 holds does not arrive."""
    held = {pair.question.name for pair in differing if pair.values}
    for who in signing(case, evidence):
        if who.facts and not who.facts.verified and held & set(read(evidence, who.identity, who.facts.dkim).missing):
            return True
    return False
