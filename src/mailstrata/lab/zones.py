"""The public DNS of the lab: which zones there are, who they are delegated to, and what goes wrong.

    zones = Zones()
    zone = zones.add_zone("sailing.example", servers={"ns1.dns.example": "127.0.2.1"})
    zone.add("sailing.example", "MX", "10 mx.sailing.example")
    zones.fault("sailing.example", "servfail", server="ns1.dns.example")
    await zones.lookup("sailing.example", "MX")     # LookupError: SERVFAIL

Content and delegation are apart: a zone can be held by servers to which nobody is sent (``delegate`` it to others), and
two zones of one name can live on different servers, as when a domain is parked elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from mailstrata.lab.dns_answer import FAULTS, Answer, Fault, alias_of, answered, broken, delayed, root_soa
from mailstrata.lab.dns_record import MalformedRecord, Record, absolute, parse, plain, soa_of, text
from mailstrata.lab.zone import Found, Zone

_CHAIN = 16
"""How many CNAMEs a resolver follows, and how many referrals."""

RESOLVER = "resolver"
"""In place of a name server's name: the fault is the resolver's, as a negative answer that it remembers (RFC 2308)."""
_Servers = Mapping[str, str]


class Zones:
    """All zones of the lab. ``version`` grows with every change, so that whoever remembers answers can forget."""

    def __init__(self) -> None:
        self.version = 0
        self._zones: list[Zone] = []
        self._delegations: dict[dns.name.Name, dict[str, str]] = {}
        self._faults: dict[tuple[dns.name.Name, str | None], Fault] = {}
        self._remembered: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], Answer] = {}

    def add_zone(self, name: str, *, servers: Mapping[str, str], delegated: bool = True) -> Zone:
        """Host a zone on ``servers`` (host name -> loopback address); ``delegated``: and send everybody there."""
        zone = Zone(name, servers=servers, changed=self._touch)
        self._zones.append(zone)
        if delegated:
            self.delegate(name, servers)
        self._touch()
        return zone

    def remove_zone(self, zone: Zone) -> None:
        """Stop hosting it; a delegation stays (and is lame from now on) until ``delegate(name, None)``."""
        self._zones.remove(zone)
        self._touch()

    def delegate(self, name: str, servers: Mapping[str, str] | None) -> None:
        """What the registry says: the name servers of ``name``; ``None``: the name is not registered."""
        apex = absolute(name)
        self._delegations.pop(apex, None)
        if servers is not None:
            self._delegations[apex] = {text(absolute(host)): address for host, address in servers.items()}
        self._touch()

    def delegation(self, name: str) -> Mapping[str, str]:
        """The name servers that the registry names for exactly this name; empty when it is not registered."""
        return dict(self._delegations.get(absolute(name), {}))

    def zone(self, name: str, *, server: str | None = None) -> Zone:
        """The deepest zone that holds ``name`` (on ``server``), the first made of equals. Raises ``KeyError``."""
        owner = absolute(name)
        host = None if server is None else text(absolute(server))
        holding = [z for z in self._zones if owner.is_subdomain(z.apex) and (host is None or host in z.servers)]
        if not holding:
            raise KeyError(f"no zone of the lab holds {name}")
        return max(holding, key=lambda zone: len(zone.apex.labels))

    def add(self, name: str, rtype: str, *values: str, ttl: int = 300, server: str | None = None) -> None:
        """``Zone.add`` in the zone that holds the name."""
        self.zone(name, server=server).add(name, rtype, *values, ttl=ttl, server=server)

    def replace(self, name: str, rtype: str, *values: str, ttl: int = 300, server: str | None = None) -> None:
        """``Zone.replace`` in the zone that holds the name."""
        self.zone(name, server=server).replace(name, rtype, *values, ttl=ttl, server=server)

    def remove(self, name: str, rtype: str | None = None, *, server: str | None = None) -> bool:
        """``Zone.remove`` in the zone that holds the name."""
        return self.zone(name, server=server).remove(name, rtype, server=server)

    def fault(self, suffix: str, kind: str, *, server: str | None = None, milliseconds: int = 0) -> None:
        """Break what lies at or below ``suffix`` (``.``: everything), for all or on one name server only.

        The longest suffix wins, and of equals the fault of the single server.
        """
        if kind not in FAULTS:
            raise ValueError(f"{kind!r} is no DNS fault: one of {', '.join(FAULTS)} was expected")
        if not 0 <= milliseconds <= 60_000:
            raise ValueError(f"a latency of {milliseconds} ms: 0 to 60000 was expected")
        key = (absolute(suffix), None if server is None else text(absolute(server)))
        self._faults[key] = Fault(kind=kind, milliseconds=milliseconds)
        self._touch()

    def clear_fault(self, suffix: str, *, server: str | None = None) -> None:
        """Mend what ``fault`` broke with the same suffix and server; nothing happens if there is none."""
        self._faults.pop((absolute(suffix), None if server is None else text(absolute(server))), None)
        self._touch()

    def remember(self, name: str, rtype: str, *values: str, ttl: int = 900) -> None:
        """The resolver answers these from its cache, whatever is published; without values, that there are none (RFC 2308).

        No time passes for it: it does so as long as the lab runs.
        """
        owner, wanted = absolute(name), dns.rdatatype.from_text(rtype)
        if values:
            found = Answer(answer=(parse(Record(name=name, rtype=rtype, values=values, ttl=ttl)),))
        else:
            found = Answer(authority=(soa_of(owner, "resolver.invalid", 1, ttl),))
        self._remembered[owner, wanted] = found
        self._touch()

    def addresses(self) -> tuple[str, ...]:
        """The loopback addresses of all name servers, of zones and of delegations, each once."""
        return tuple(dict.fromkeys(self._hosts().values()))

    async def lookup(self, name: str, rtype: str) -> tuple[str, ...]:
        """The values at ``name`` as the lab's resolver sees them, CNAMEs followed; empty: there are none.

        TXT comes joined and unquoted, names without their final dot (``.`` but for the root itself).
        Raises ``LookupError`` for SERVFAIL, REFUSED and time-out (at once: nobody waits for a simulated time-out).
        """
        answer = self.resolve(name, rtype)
        if answer.latency:
            await asyncio.sleep(answer.latency)
        return self._values(answer, name, rtype)

    def lookup_now(self, name: str, rtype: str) -> tuple[str, ...]:
        """``lookup`` without its latency, for libraries that cannot await."""
        return self._values(self.resolve(name, rtype), name, rtype)

    def resolve(self, name: str, rtype: str) -> Answer:
        """What the resolver answers. Raises ``MalformedRecord`` if ``name`` is no name or ``rtype`` no type."""
        try:
            wanted = dns.rdatatype.from_text(rtype)
        except (dns.rdatatype.UnknownRdatatype, ValueError):
            raise MalformedRecord(name, repr(rtype), "a record type") from None
        return self.recursive(absolute(name), wanted)

    def recursive(self, qname: dns.name.Name, rtype: dns.rdatatype.RdataType) -> Answer:
        """The resolver's view: every zone, delegations obeyed, CNAMEs followed across zones."""
        chain: tuple[dns.rrset.RRset, ...] = ()
        latency = 0.0
        for _ in range(_CHAIN):
            found = self._fetch(qname, rtype)
            latency += found.latency
            chain += found.answer
            alias = alias_of(found, rtype)
            if alias is None or found.silent:
                return replace(found, answer=chain, latency=latency, authoritative=False)
            qname = alias
        return Answer(rcode=dns.rcode.SERVFAIL, latency=latency)

    def authoritative(self, address: str, qname: dns.name.Name, rtype: dns.rdatatype.RdataType) -> Answer:
        """The view of the name server at ``address``: its zones only, REFUSED for all else."""
        fault = self._fault_at(qname, *self._hosts_at(address), None)
        if fault is not None and fault.fatal:
            return broken(fault, qname)
        answer = self._held(address, qname, rtype)
        alias = alias_of(answer, rtype)
        for _ in range(_CHAIN):
            step = Answer(rcode=dns.rcode.REFUSED) if alias is None else self._held(address, alias, rtype)
            if alias is None or step.rcode == dns.rcode.REFUSED:
                break
            alias = alias_of(step, rtype)
            answer = replace(answer, rcode=step.rcode, answer=answer.answer + step.answer, authority=step.authority)
        return delayed(answer, fault)

    def _touch(self) -> None:
        self.version += 1

    def _values(self, answer: Answer, name: str, rtype: str) -> tuple[str, ...]:
        if answer.silent:
            raise LookupError(f"{name} {rtype}: time-out")
        if answer.rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            raise LookupError(f"{name} {rtype}: {dns.rcode.to_text(answer.rcode)}")
        wanted = dns.rdatatype.from_text(rtype)
        return tuple(plain(rdata) for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset)

    def _fetch(self, qname: dns.name.Name, rtype: dns.rdatatype.RdataType) -> Answer:
        remembered = self._remembered.get((qname, rtype))
        if remembered is not None:
            return remembered
        fault = self._fault_at(qname, RESOLVER, None)
        if fault is not None and fault.fatal:
            return broken(fault, qname)
        above = [apex for apex in self._delegations if qname.is_subdomain(apex)]
        if not above:
            return delayed(self._unregistered(qname, rtype), fault)
        servers = self._delegations[max(above, key=lambda apex: len(apex.labels))]
        return delayed(self._ask(servers, qname, rtype, _CHAIN), fault)

    def _ask(self, servers: _Servers, qname: dns.name.Name, rtype: dns.rdatatype.RdataType, depth: int) -> Answer:
        """The first usable answer of ``servers``, as a resolver takes it; SERVFAIL if there is none."""
        for host, address in servers.items():
            fault = self._fault_at(qname, host)
            if fault is not None and fault.kind in {"servfail", "refused", "timeout"}:
                continue
            if fault is not None and fault.fatal:
                return broken(fault, qname)
            answer = self._held(address, qname, rtype)
            if answer.is_referral:
                answer = self._follow(answer, qname, rtype, depth)
            if answer.rcode in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                return replace(delayed(answer, fault), truncated=False)
        return Answer(rcode=dns.rcode.SERVFAIL)

    def _follow(self, referral: Answer, qname: dns.name.Name, rtype: dns.rdatatype.RdataType, depth: int) -> Answer:
        named = {text(rdata.target) for rrset in referral.authority for rdata in rrset}
        known = {host: address for host, address in self._hosts().items() if host in named}
        if not depth:
            return Answer(rcode=dns.rcode.SERVFAIL)
        return self._ask(known, qname, rtype, depth - 1)

    def _held(self, address: str, qname: dns.name.Name, rtype: dns.rdatatype.RdataType) -> Answer:
        """What the server at ``address`` holds for one name, faults and CNAMEs aside."""
        zones = [zone for zone in self._zones if address in zone.servers.values() and qname.is_subdomain(zone.apex)]
        if not zones:
            return Answer(rcode=dns.rcode.REFUSED)
        zone = max(zones, key=lambda zone: len(zone.apex.labels))
        host = next(host for host, own in zone.servers.items() if own == address)
        cut = self._registered_below(zone, qname)
        if cut is not None:
            return answered(Found(kind="referral", rrsets=(cut,)), self._glue((cut,)))
        found = zone.find(qname, rtype, server=host)
        if found.kind in {"nodata", "nxdomain"} and rtype == dns.rdatatype.A and text(qname) in self._hosts():
            return Answer(answer=(self._address(text(qname)),), authoritative=True)
        return answered(found, self._glue(found.rrsets))

    def _registered_below(self, zone: Zone, qname: dns.name.Name) -> dns.rrset.RRset | None:
        below = [a for a in self._delegations if qname.is_subdomain(a) and a.is_subdomain(zone.apex) and a != zone.apex]
        if not below:
            return None
        apex = min(below, key=lambda apex: len(apex.labels))
        hosts = tuple(self._delegations[apex])
        return parse(Record(name=text(apex), rtype="NS", values=hosts, ttl=172800))

    def _unregistered(self, qname: dns.name.Name, rtype: dns.rdatatype.RdataType) -> Answer:
        if rtype == dns.rdatatype.A and text(qname) in self._hosts():
            return Answer(answer=(self._address(text(qname)),))
        known = [*self._delegations, *(absolute(host) for host in self._hosts())]
        # RFC 8020 2: a name below which something exists does exist.
        exists = any(name.is_subdomain(qname) for name in known)
        return Answer(rcode=dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN, authority=(root_soa(),))

    def _glue(self, rrsets: tuple[dns.rrset.RRset, ...]) -> tuple[dns.rrset.RRset, ...]:
        named = [text(r.target) for rrset in rrsets if rrset.rdtype == dns.rdatatype.NS for r in rrset]
        hosts = self._hosts()
        return tuple(self._address(host) for host in named if host in hosts)

    def _address(self, host: str) -> dns.rrset.RRset:
        return parse(Record(name=host, rtype="A", values=(self._hosts()[host],)))

    def _hosts(self) -> dict[str, str]:
        named = [zone.servers for zone in self._zones] + list(self._delegations.values())
        return {host: address for servers in named for host, address in servers.items()}

    def _hosts_at(self, address: str) -> tuple[str, ...]:
        return tuple(host for host, own in self._hosts().items() if own == address)

    def _fault_at(self, qname: dns.name.Name, *servers: str | None) -> Fault | None:
        """The fault of the longest suffix among those of ``servers`` (``None``: everywhere)."""
        hit = [key for key in self._faults if key[1] in servers and qname.is_subdomain(key[0])]
        best = max(hit, key=lambda key: (len(key[0].labels), key[1] is not None), default=None)
        return None if best is None else self._faults[best]
