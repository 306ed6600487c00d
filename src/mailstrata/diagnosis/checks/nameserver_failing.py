"""One of the domain's name servers does not answer for it, while another does.

What it sees
    Each server of the public delegation is asked directly for the zone's SOA. One is silent, refuses, fails, or answers
    without authority (a lame delegation).
Why it matters
    Resolvers choose among the servers. Those that meet the bad one wait or give up, so SES and recipients sometimes find
    no DKIM key, no SPF, no DMARC: mail fails now and then, and nobody can repeat it.
How to put it right
    Repair the zone on that server, or take it out of the delegation at the registrar.
Read more
    RFC 1912 2.8; RFC 1034 4.2.2
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import AuthorityFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Authority, Nameservers, ZoneOf

CODE = "nameserver-failing"
STRATUM = Stratum.IDENTITY
OURS = Unknown(
    reason="none of the name servers answers us, and our own network may be the reason",
    needs="the same question from another network (dig +norec SOA)",
)


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Ask each name server that the zone of the domain is delegated to."""
    match evidence[ZoneOf(case.setup.domain)]:
        case Unknown() as unknown:
            yield unsure(CODE, STRATUM, case.setup.domain, unknown)
        case Seen(value=zone):
            match evidence[Nameservers(zone)]:
                case Unknown() as unknown:
                    yield unsure(CODE, STRATUM, zone, unknown)
                case Seen(value=names):
                    yield from _asked(evidence, case.setup.domain, tuple(Authority(zone, name) for name in names))


def _asked(evidence: Evidence, domain: str, servers: tuple[Authority, ...]) -> Iterator[Result]:
    evidence.want(*servers)
    good, bad = [], []
    for server in servers:
        match evidence[server]:
            case Unknown() as unknown:
                yield unsure(CODE, STRATUM, server.nameserver, unknown)
            case Seen(value=facts) if not _trouble(facts):
                good.append(server)
            case Seen(value=facts):
                bad.append((server, facts))
    definite = len(bad) == len(servers) and all(not facts.failure for _, facts in bad)
    if len(bad) == len(servers) and not definite:
        yield unsure(CODE, STRATUM, servers[0].zone, OURS)
    elif good or definite:
        yield from (_finding(evidence, domain, server, facts) for server, facts in bad)
    if good and len(good) == len(servers):
        text = f"{len(good)} of {len(good)} name servers of {good[0].zone} answer with authority"
        yield Fine(code=CODE, stratum=STRATUM, text=text)


def _trouble(facts: AuthorityFacts) -> str:
    if facts.failure:
        return facts.failure
    if facts.rcode != "NOERROR":
        return f"it answers {facts.rcode}"
    return "" if facts.authoritative else "it answers without authority (a lame delegation)"


def _finding(evidence: Evidence, domain: str, server: Authority, facts: AuthorityFacts) -> Finding:
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{server.nameserver} of {server.zone}",
        title=f"the name server {server.nameserver} does not serve {server.zone}: {_trouble(facts)}",
        because=(_trouble(facts), "resolvers that ask it find the domain's records only sometimes, or late"),
        evidence=(evidence.proof(server), evidence.proof(Nameservers(server.zone))),
        fixes=("repair-nameserver",),
        target=(("domain", domain), ("zone", server.zone), ("nameserver", server.nameserver)),
    )
