"""What stands now: SES's identity, the zone and who serves it, and the record sets where the wanted ones would go.

Where Route 53 holds the zone that the world reads, its own content is the truth and is asked; elsewhere the zone's own name
servers are, since a resolver may remember what was mended long ago. Where none of them can be asked from here, it is believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from mailstrata.formats.dns_record import question, values
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import HostedZoneFacts, IdentityFacts, ServerAnswer, SesAccountFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Asker, DnsControl
from mailstrata.model.question import HostedZone, Nameservers, Published, SesAccount, SesIdentity, Txt, ZoneOf
from mailstrata.model.values import dataclass
from mailstrata.repair.domain.goal import Goal, records

Place = tuple[str, str]
"""A name and a type of record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One look at a domain. ``standing`` holds the values at each place: texts without quotes, ``10 host``, a target.

    ``zone`` is Seen only where Route 53's zone is the one that is delegated to; ``elsewhere`` says why it is not. ``apex`` is
    the name of the zone that holds the domain, wherever it lies.
    """

    identity: Observation[IdentityFacts]
    account: Observation[SesAccountFacts]
    zone: Observation[HostedZoneFacts]
    apex: Observation[str] = Absent()
    elsewhere: str = ""
    standing: Mapping[Place, Observation[tuple[str, ...]]] = field(default_factory=dict)

    def at(self, name: str, kind: str) -> Observation[tuple[str, ...]]:
        """What stands at a place."""
        return self.standing.get((name, kind), Unknown(reason=f"{kind} {name} was not looked at"))


async def observed(goal: Goal, asker: Asker, dns: DnsControl) -> Observed:
    """Look at everything that the goal concerns; what cannot be seen is Unknown, and nothing is raised."""
    identity, account, zone, apex = await asyncio.gather(
        asker.ask(SesIdentity(goal.region, goal.domain)),
        asker.ask(SesAccount(goal.region)),
        asker.ask(HostedZone(goal.domain)),
        asker.ask(ZoneOf(goal.domain)),
    )
    zone, elsewhere = await _delegated(zone, apex, asker)
    places = tuple(_places(goal, identity))
    reading = _in_route53(dns, zone.value.id, places) if isinstance(zone, Seen) else _in_public(asker, apex, places)
    standing = dict(zip(places, await reading, strict=True))
    policy = f"_dmarc.{goal.domain}"
    if isinstance(standing[policy, "CNAME"], Seen):  # the record stands where the CNAME leads, maybe in no zone of ours
        standing[policy, "TXT"] = _values(await asker.ask(Txt(policy)))
    return Observed(
        identity=identity,
        account=account,
        zone=zone,
        apex=apex,
        elsewhere=elsewhere,
        standing=standing,
    )


async def _delegated(
    zone: Observation[HostedZoneFacts], apex: Observation[str], asker: Asker
) -> tuple[Observation[HostedZoneFacts], str]:
    """The zone, unless the delegation leads elsewhere: then what is written there is read by nobody.

    Where nobody could tell where it leads the zone is Unknown, too.
    """
    if isinstance(zone, Absent):
        return zone, "Route 53 of this account holds no such zone"
    if isinstance(zone, Unknown):
        return zone, zone.reason
    if isinstance(apex, Unknown):
        return apex, f"it could not be seen which zone holds the domain: {apex.reason}"
    if isinstance(apex, Seen) and apex.value != zone.value.name:
        return Absent(
            how="another zone"
        ), f"the zone that holds the domain is {apex.value}, which is not in Route 53 here"
    servers = await asker.ask(Nameservers(zone.value.name))
    if isinstance(servers, Unknown):
        return servers, f"it could not be seen where the delegation leads: {servers.reason}"
    named = servers.value if isinstance(servers, Seen) else ()
    if not {one.lower() for one in named} & set(zone.value.nameservers):
        return Absent(
            how="not delegated"
        ), f"the delegation leads to {', '.join(named) or 'no server'}, not to Route 53's zone"
    return zone, ""


def _places(goal: Goal, identity: Observation[IdentityFacts]) -> dict[Place, None]:
    """Where the wanted records would go, and the CNAMEs that would stand in their way (RFC 1034 3.6.2)."""
    dkim = identity.value.dkim if isinstance(identity, Seen) else None
    found: dict[Place, None] = {}
    for wanted in records(goal, dkim):
        found[wanted.record.name, wanted.record.type] = None
        if wanted.record.name != goal.domain:
            found[wanted.record.name, "CNAME"] = None
    return found


async def _in_route53(dns: DnsControl, zone_id: str, places: tuple[Place, ...]) -> list[Observation[tuple[str, ...]]]:
    return await asyncio.gather(*(_set(dns, zone_id, Record(name=name, type=kind, values=())) for name, kind in places))


async def _set(dns: DnsControl, zone_id: str, place: Record) -> Observation[tuple[str, ...]]:
    try:
        (there,) = await dns.standing(zone_id, (place,))
    except Refusal as refusal:
        return Unknown(reason=refusal.message, needs=refusal.hint)
    return Seen(value=there.values, source="Route 53") if there.values else Absent(how="no such record set")


async def _in_public(
    asker: Asker, apex: Observation[str], places: tuple[Place, ...]
) -> list[Observation[tuple[str, ...]]]:
    return await asyncio.gather(*(_published(asker, apex, place) for place in places))


async def _published(asker: Asker, apex: Observation[str], place: Place) -> Observation[tuple[str, ...]]:
    """What the zone's own name servers give; a resolver's answer where none of them tells."""
    told = await asker.ask(Published(apex.value, *place)) if isinstance(apex, Seen) else apex
    answers = told.value.telling if isinstance(told, Seen) else ()
    if not answers:
        return _values(await asker.ask(question(*place)))
    if len({frozenset(one.values) for one in answers}) > 1:
        said = "; ".join(f"{one.nameserver}: {_said(one)}" for one in answers)
        needs = "name servers that give the same: mend the one that lags behind, then plan again"
        return Unknown(reason=f"the zone's name servers disagree: {said}", needs=needs)
    first, source = answers[0], f"name server {answers[0].nameserver}"
    if not first.values:
        return Absent(how=first.how, source=source, ttl=first.ttl)
    return Seen(value=first.values, source=source, ttl=first.ttl)


def _said(answer: ServerAnswer) -> str:
    return " | ".join(answer.values) or f"absent ({answer.how})"


def _values(answer: Observation[Any]) -> Observation[tuple[str, ...]]:
    if not isinstance(answer, Seen):
        return answer
    return Seen(value=values(answer.value), source=answer.source, ttl=answer.ttl)
