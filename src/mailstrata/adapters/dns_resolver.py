"""The recursive view of DNS: what the resolvers that everybody here uses say.

    resolver = Resolver(network, clock)
    await resolver.records("sailing.example", dns.rdatatype.MX)    # Seen(value=<rrset>, source="resolver 127.0.0.1", ttl=300)
    await resolver.addresses("mx.sailing.example")                 # Seen(value=("192.0.2.25",), ...)

Names are always absolute: a search domain of this machine never comes into it. The resolvers are those of the setup, else
those of the system; one that fails to tell is followed by the next, and they share the time-out of one step.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Sequence
from typing import TypeVar

import dns.exception
import dns.inet
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from mailstrata.adapters.dns_exchange import DnsExchange, Heard, Server
from mailstrata.adapters.dns_reading import CHAIN, Elsewhere, Missing, Reading, Records, Unreadable, reading, text_of
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Clock
from mailstrata.model.setup import Network

T = TypeVar("T")
_Told = tuple[dns.message.Message, str]


class Resolver:
    """Asks the resolvers of ``network``. Raises ``Malformed`` when one of them is no ``IP`` or ``IP:PORT``."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self.exchange = DnsExchange(network.timeout)
        self.clock = clock
        self._servers = tuple(Server.parse(text) for text in network.dns_servers) or _of_the_system()

    async def records(self, name: str, rdtype: dns.rdatatype.RdataType) -> Observation[dns.rrset.RRset]:
        """The record set that ``name`` leads to, CNAMEs followed."""
        wanted = absolute(name)
        if isinstance(wanted, Unknown):
            return wanted
        ttls: list[int] = []
        for _ in range(CHAIN):
            told = await self.ask(wanted, rdtype)
            if isinstance(told, Unknown):
                return told
            found = reading(told[0], wanted, rdtype)
            if not isinstance(found, Elsewhere):
                return self._observed(found, ttls, told[1])
            ttls.append(found.ttl)
            wanted = found.name
        return Unknown(reason=f"{name} leads through more than {CHAIN} CNAMEs")

    async def values(
        self, name: str, rdtype: dns.rdatatype.RdataType, convert: Callable[[dns.rrset.RRset], T]
    ) -> Observation[T]:
        """``records``, made into what the question wants."""
        seen = await self.records(name, rdtype)
        if not isinstance(seen, Seen):
            return seen
        return Seen(value=convert(seen.value), source=seen.source, at=seen.at, ttl=seen.ttl)

    async def addresses(self, host: str) -> Observation[tuple[str, ...]]:
        """The addresses of ``host``, IPv4 first. What is known of one family is told when the other stays unknown."""
        if dns.inet.is_address(host):
            return Seen(value=(host,))
        both = await asyncio.gather(
            self.values(host, dns.rdatatype.A, _addresses), self.values(host, dns.rdatatype.AAAA, _addresses)
        )
        return _together(both)

    async def ask(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> _Told | Unknown:
        """The answer of the first resolver that can tell, and who it was."""
        if not self._servers:
            return Unknown(reason="this machine names no DNS resolver", needs="`dns_servers` in the setup")
        failures = []
        for server in self._servers:
            source = f"resolver {server.ip}"
            seconds = self.exchange.timeout / len(self._servers)
            answer = await self.exchange.ask(server, name, rdtype, seconds=seconds)
            if not isinstance(answer, Heard):
                failures.append(f"the {source}: {answer.failure}")
                continue
            found = reading(answer.message, name, rdtype)
            if not isinstance(found, Unreadable):
                return answer.message, source
            failures.append(f"{found.reason} from the {source}")
        return Unknown(reason=f"{text_of(name)} {rdtype.name}: {'; '.join(dict.fromkeys(failures))}")

    def _observed(self, found: Reading, ttls: Sequence[int], source: str) -> Observation[dns.rrset.RRset]:
        match found:
            case Records(rrset=rrset, ttl=ttl):
                return Seen(value=rrset, source=source, at=self.clock.now(), ttl=min([*ttls, ttl]))
            case Missing(how=how, ttl=ttl):
                return Absent(how=how, source=source, at=self.clock.now(), ttl=ttl)
            case other:
                raise AssertionError(f"ask gives readable answers only, not {other}")


def absolute(name: str) -> dns.name.Name | Unknown:
    """The name as DNS is asked for it, in A-labels (RFC 5890 2.3.2.1)."""
    try:
        return dns.name.from_text(name.strip())
    except (dns.exception.DNSException, UnicodeError):
        return Unknown(reason=f"{name[:80]!r} is no name that DNS can be asked for")


def _of_the_system() -> tuple[Server, ...]:
    import dns.resolver  # a setup that names its servers does without

    try:
        system = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return ()
    return tuple(Server(ip=str(ip), port=system.port) for ip in system.nameservers)


def _addresses(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted((rdata.address for rdata in rrset), key=_rank))


def _rank(address: str) -> tuple[int, int]:
    parsed = ipaddress.ip_address(address)
    return parsed.version, int(parsed)


def _together(both: Sequence[Observation[tuple[str, ...]]]) -> Observation[tuple[str, ...]]:
    seen = [one for one in both if isinstance(one, Seen)]
    if seen:
        found = tuple(sorted({address for one in seen for address in one.value}, key=_rank))
        ttls = [one.ttl for one in seen if one.ttl is not None]
        return Seen(value=found, source=seen[0].source, at=seen[0].at, ttl=min(ttls, default=None))
    unknown = next((one for one in both if isinstance(one, Unknown)), None)
    if unknown is not None:
        return unknown
    absent = [one for one in both if isinstance(one, Absent)]
    return next((one for one in absent if one.how == "NXDOMAIN"), absent[0])
