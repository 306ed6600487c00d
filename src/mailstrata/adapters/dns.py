"""The answers of DNS, as observations: what is there, what is surely not, and what no server would tell.

    answers = DnsAnswers(Network(), SystemClock())
    await World(answerers=answers.answerers()).ask(Mx("sailing.example"))
    Seen(value=(MxHost(preference=10, host="mx.sailing.example"),), source="resolver 127.0.0.1", ttl=300)

NXDOMAIN and NODATA are ``Absent`` with their word and the time for which caches keep it; SERVFAIL, REFUSED and time-outs
are ``Unknown`` (peers-diagnosis 4.1). Records are sorted: servers turn them round, and a diagnosis must not turn with them.
An answer is never larger than one DNS message, 65535 octets (RFC 1035 4.2.2).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

import dns.rdatatype
import dns.rrset

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.dns_authority import Authorities
from mailstrata.adapters.dns_published import PublishedRecords
from mailstrata.adapters.dns_reading import text_of
from mailstrata.adapters.dns_resolver import Resolver
from mailstrata.model.facts import AuthorityFacts, MxHost
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.ports import Clock
from mailstrata.model.question import (
    Addresses,
    Authority,
    Cname,
    Ipv4,
    Ipv6,
    Mx,
    Nameservers,
    Ptr,
    Published,
    Question,
    Tlsa,
    Txt,
    ZoneOf,
)
from mailstrata.model.setup import Network


class DnsAnswers:
    """Answers the questions of DNS as ``network`` says: its resolvers, its port of name servers, its time-out.

    Raises ``Malformed`` when a resolver of the setup is no ``IP`` or ``IP:PORT``.
    """

    def __init__(self, network: Network, clock: Clock) -> None:
        self._resolver = Resolver(network, clock)
        self._authorities = Authorities(self._resolver, port=network.dns_port)
        self._published = PublishedRecords(self._authorities)

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """Who answers what."""
        return {
            Txt: self.txt,
            Mx: self.mx,
            Cname: self.cname,
            Addresses: self.addresses,
            Ipv4: self.ipv4,
            Ipv6: self.ipv6,
            Ptr: self.ptr,
            Tlsa: self.tlsa,
            ZoneOf: self.zone_of,
            Nameservers: self.nameservers,
            Authority: self.authority,
            Published: self._published.facts,
        }

    async def txt(self, question: Txt) -> Observation[tuple[str, ...]]:
        """TXT records, CNAMEs followed; octets that are no UTF-8 come escaped, ``0xff`` as a backslash and ``xff``."""
        return await self._resolver.values(question.name, dns.rdatatype.TXT, _texts)

    async def mx(self, question: Mx) -> Observation[tuple[MxHost, ...]]:
        """Mail exchangers, CNAMEs followed (RFC 5321 5.1)."""
        return await self._resolver.values(question.name, dns.rdatatype.MX, _exchangers)

    async def cname(self, question: Cname) -> Observation[str]:
        """The CNAME at the name itself."""
        return await self._resolver.values(question.name, dns.rdatatype.CNAME, _target)

    async def addresses(self, question: Addresses) -> Observation[tuple[str, ...]]:
        """A and AAAA, asked at once."""
        return await self._resolver.addresses(question.host)

    async def ipv4(self, question: Ipv4) -> Observation[tuple[str, ...]]:
        """A records alone."""
        return await self._resolver.values(question.host, dns.rdatatype.A, _addresses)

    async def ipv6(self, question: Ipv6) -> Observation[tuple[str, ...]]:
        """AAAA records alone."""
        return await self._resolver.values(question.host, dns.rdatatype.AAAA, _addresses)

    async def tlsa(self, question: Tlsa) -> Observation[tuple[str, ...]]:
        """TLSA records as usage, selector, matching type and data (RFC 6698 2.2)."""
        return await self._resolver.values(question.name, dns.rdatatype.TLSA, _presented)

    async def ptr(self, question: Ptr) -> Observation[tuple[str, ...]]:
        """The names of an address; what is no address cannot be asked for."""
        try:
            name = ipaddress.ip_address(question.address).reverse_pointer
        except ValueError:
            return Unknown(reason=f"{question.address[:60]!r} is no IP address")
        return await self._resolver.values(name, dns.rdatatype.PTR, _names)

    async def zone_of(self, question: ZoneOf) -> Observation[str]:
        """The apex above the name."""
        return await self._authorities.zone_of(question.name)

    async def nameservers(self, question: Nameservers) -> Observation[tuple[str, ...]]:
        """The delegation."""
        return await self._authorities.nameservers(question.zone)

    async def authority(self, question: Authority) -> Observation[AuthorityFacts]:
        """One name server's own word."""
        return await self._authorities.facts(question.zone, question.nameserver)


def _texts(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    # RFC 7208 3.3: the strings of one record belong together, without a space
    return tuple(sorted(b"".join(rdata.strings).decode("utf-8", "backslashreplace") for rdata in rrset))


def _exchangers(rrset: dns.rrset.RRset) -> tuple[MxHost, ...]:
    found = {(rdata.preference, text_of(rdata.exchange)) for rdata in rrset}
    return tuple(MxHost(preference=preference, host=host) for preference, host in sorted(found))


def _addresses(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted(rdata.address for rdata in rrset))


def _names(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted(text_of(rdata.target) for rdata in rrset))


def _target(rrset: dns.rrset.RRset) -> str:
    return text_of(rrset[0].target)


def _presented(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    """Records in presentation format, sorted."""
    return tuple(sorted(rdata.to_text() for rdata in rrset))
