"""Zones and who answers for them: where a zone begins, to whom it is delegated, and what each of those servers says.

    authority = Authorities(resolver, port=53)
    await authority.nameservers("sailing.example")                          # Seen(value=("ns1.dns.example", ...))
    await authority.facts("sailing.example", "ns1.dns.example")             # Seen(value=AuthorityFacts(serial=7))

The second asks the name server itself, at its own address and without recursion, for the zone's SOA. Its silence is an
answer (it is what is asked about); only when *we* could not look up its address nobody can tell.
"""

from __future__ import annotations

from datetime import datetime

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mailstrata.adapters.dns_exchange import Heard, Server, Silence
from mailstrata.adapters.dns_reading import authority_soa, text_of
from mailstrata.adapters.dns_resolver import Resolver, absolute
from mailstrata.adapters.remembered import Remembered
from mailstrata.model.facts import AuthorityFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown

_DEPTH = 12
"""How many labels up the apex of a zone is looked for."""
_KEPT = 10.0
"""Seconds for which it is remembered who serves a zone and where: all questions of a diagnosis come within them."""
_ADDRESSES = 2
"""How many addresses of one name server are tried."""


class Authorities:
    """Asks name servers at ``port`` of their own addresses, which ``resolver`` tells."""

    def __init__(self, resolver: Resolver, *, port: int) -> None:
        self._resolver = resolver
        self._port = port
        self._delegations: Remembered[str, Observation[tuple[str, ...]]] = Remembered(seconds=_KEPT)
        self._places: Remembered[str, Observation[tuple[str, ...]]] = Remembered(seconds=_KEPT)

    def now(self) -> datetime:
        """The moment, for what is observed now."""
        return self._resolver.clock.now()

    async def zone_of(self, name: str) -> Observation[str]:
        """The apex of the zone that ``name`` lies in: the owner of the SOA that answers for it."""
        at = absolute(name)
        if isinstance(at, Unknown):
            return at
        for _ in range(_DEPTH):
            told = await self._resolver.ask(at, dns.rdatatype.SOA)
            if isinstance(told, Unknown):
                return told
            soa = _soa_for(told[0], at)
            if soa is not None:
                now = self._resolver.clock.now()
                return Seen(value=text_of(soa.name), source=told[1], at=now, ttl=soa.ttl)
            if at == dns.name.root:
                break
            at = at.parent()
        return Unknown(reason=f"no answer for {name} names the zone it lies in")

    async def nameservers(self, zone: str) -> Observation[tuple[str, ...]]:
        """The NS records at exactly this name, sorted; absent when it is the apex of no zone."""
        return await self._delegations.join(zone, lambda: self._delegation(zone))

    async def ask(self, nameserver: str, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Heard | str:
        """The answer of ``nameserver`` itself, without recursion; why there is none, in words."""
        match await self._addresses(nameserver):
            case Unknown(reason=reason):
                return f"its address is not known: {reason}"
            case Absent():
                return "it has no address"
            case Seen(value=found):
                answer = await self._converse(_reachable(found), name, rdtype)
        if isinstance(answer, Heard):
            return answer
        return f"{answer.failure} from this machine" if answer.ours else answer.failure

    async def _addresses(self, nameserver: str) -> Observation[tuple[str, ...]]:
        return await self._places.join(nameserver, lambda: self._resolver.addresses(nameserver))

    async def _converse(
        self, addresses: tuple[str, ...], name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> Heard | Silence:
        answer: Heard | Silence = Silence(failure="no address")
        for address in addresses:
            server = Server(ip=address, port=self._port)
            answer = await self._resolver.exchange.ask(server, name, rdtype, recurse=False)
            if isinstance(answer, Heard):
                break
        return answer

    async def _delegation(self, zone: str) -> Observation[tuple[str, ...]]:
        seen = await self._resolver.records(zone, dns.rdatatype.NS)
        if not isinstance(seen, Seen):
            return seen
        if seen.value.name != absolute(zone):  # RFC 2181 10.3: an alias is no zone of its own
            return Absent(how="NODATA", source=seen.source, at=seen.at, ttl=seen.ttl)
        hosts = tuple(sorted({text_of(rdata.target) for rdata in seen.value}))
        return Seen(value=hosts, source=seen.source, at=seen.at, ttl=seen.ttl)

    async def facts(self, zone: str, nameserver: str) -> Observation[AuthorityFacts]:
        """What ``nameserver`` itself says of ``zone``."""
        apex = absolute(zone)
        if isinstance(apex, Unknown):
            return apex
        match await self._addresses(nameserver):
            case Unknown(reason=reason, needs=needs):
                return Unknown(reason=f"the address of {nameserver} is not known: {reason}", needs=needs)
            case Absent(how=how):
                word = "does not exist" if how == "NXDOMAIN" else "has no address"
                return self._seen(nameserver, _silent(f"{nameserver} {word}"))
            case Seen(value=found):
                return await self._ask_each(apex, nameserver, _reachable(found))

    async def _ask_each(
        self, apex: dns.name.Name, nameserver: str, addresses: tuple[str, ...]
    ) -> Observation[AuthorityFacts]:
        answer = await self._converse(addresses, apex, dns.rdatatype.SOA)
        if isinstance(answer, Heard):
            return self._seen(nameserver, _said(answer.message, apex))
        if answer.ours:
            return Unknown(
                reason=f"{nameserver} {answer.failure} from this machine", needs="a way to it in the network"
            )
        return self._seen(nameserver, _silent(answer.failure))

    def _seen(self, nameserver: str, facts: AuthorityFacts) -> Seen[AuthorityFacts]:
        return Seen(value=facts, source=f"name server {nameserver}", at=self._resolver.clock.now())


def _soa_for(message: dns.message.Message, at: dns.name.Name) -> dns.rrset.RRset | None:
    """The SOA that answers for ``at``: its own, or the one by which its absence is told; none behind an alias."""
    own = message.get_rrset(message.answer, at, dns.rdataclass.IN, dns.rdatatype.SOA)
    if own is not None or message.answer:
        return own
    soa = authority_soa(message)
    return soa if soa is not None and at.is_subdomain(soa.name) else None


def _reachable(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """IPv4 addresses while there are any: that this machine lacks IPv6 is no fault of a name server."""
    return (tuple(address for address in addresses if "." in address) or addresses)[:_ADDRESSES]


def _said(message: dns.message.Message, apex: dns.name.Name) -> AuthorityFacts:
    soa = message.get_rrset(message.answer, apex, dns.rdataclass.IN, dns.rdatatype.SOA)
    return AuthorityFacts(
        rcode=dns.rcode.to_text(message.rcode()),
        authoritative=bool(message.flags & dns.flags.AA),
        serial=None if soa is None else soa[0].serial,
    )


def _silent(failure: str) -> AuthorityFacts:
    return AuthorityFacts(rcode="", authoritative=False, failure=failure)
