"""One zone of the lab's DNS: its records, and what each of its name servers holds of them.

    zone = Zone("sailing.example", servers={"ns1.dns.example": "127.0.2.1", "ns2.dns.example": "127.0.2.2"})
    zone.add("_dmarc.sailing.example", "TXT", "v=DMARC1; p=none")
    zone.split("ns2.dns.example")                   # from here on ns2 is stale: it keeps what it has now

Records are given in presentation format; text may come without its quotes, names are always absolute. SOA (serial,
minimum) and the apex's NS records make themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import dns.name
import dns.rdatatype
import dns.rrset

from mailstrata.lab.dns_record import MalformedRecord, Record, absolute, parse, plain, soa_of, text

Key = tuple[dns.name.Name, dns.rdatatype.RdataType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one server finds for a question within one zone (RFC 1034 4.3.2)."""

    kind: str
    """``answer``, ``cname``, ``referral``, ``nodata`` or ``nxdomain``."""
    rrsets: tuple[dns.rrset.RRset, ...] = ()
    soa: dns.rrset.RRset | None = None


@dataclass(slots=True)
class _Content:
    sets: dict[Key, dns.rrset.RRset] = field(default_factory=dict)
    serial: int = 1
    nodes: dict[dns.name.Name, int] = field(default_factory=dict)
    """Every name that exists, also those which exist only because something lies below (RFC 8020 2)."""

    def put(self, rrset: dns.rrset.RRset, apex: dns.name.Name) -> None:
        if (rrset.name, rrset.rdtype) not in self.sets:
            self._count(rrset.name, apex, 1)
        self.sets[rrset.name, rrset.rdtype] = rrset
        self.serial += 1

    def drop(self, key: Key, apex: dns.name.Name) -> bool:
        if self.sets.pop(key, None) is None:
            return False
        self._count(key[0], apex, -1)
        self.serial += 1
        return True

    def copy(self) -> _Content:
        return _Content(sets=dict(self.sets), serial=self.serial, nodes=dict(self.nodes))

    def _count(self, name: dns.name.Name, apex: dns.name.Name, step: int) -> None:
        while name != apex:
            self.nodes[name] = self.nodes.get(name, 0) + step
            if not self.nodes[name]:
                del self.nodes[name]
            name = name.parent()


class Zone:
    """The records of ``name`` on ``servers`` (host name -> loopback address), changeable at any time.

    ``changed`` is called after each change. Raises ``MalformedRecord`` for what cannot be read or lies outside.
    """

    def __init__(self, name: str, *, servers: Mapping[str, str], changed: Callable[[], None] | None = None) -> None:
        if not servers:
            raise ValueError(f"zone {name}: at least one name server is expected")
        self.apex = absolute(name)
        self.servers = {text(absolute(host)): address for host, address in servers.items()}
        self._changed = changed or (lambda: None)
        self._main = _Content()
        self._own: dict[str, _Content] = {}
        hosts = list(self.servers)
        self._put(self._main, Record(name=name, rtype="NS", values=tuple(hosts), ttl=172800))
        for host in hosts:
            if absolute(host).is_subdomain(self.apex):
                self._put(self._main, Record(name=host, rtype="A", values=(self.servers[host],)))

    @property
    def name(self) -> str:
        """The apex, lower case, without the final dot."""
        return text(self.apex)

    def add(self, name: str, rtype: str, *values: str, ttl: int = 300, server: str | None = None) -> None:
        """Add values to a record set (which takes the new ``ttl``); ``server``: on that name server only."""
        content = self._content(server)
        rrset = self._rrset(Record(name=name, rtype=rtype, values=values, ttl=ttl))
        known = content.sets.get((rrset.name, rrset.rdtype))
        if known is not None and rrset.rdtype == dns.rdatatype.CNAME:
            raise MalformedRecord(text(rrset.name), "a second CNAME", "one alone at its name")
        for rdata in known or ():
            rrset.add(rdata)
        self._check_alias(content, rrset)
        content.put(rrset, self.apex)
        self._changed()

    def replace(self, name: str, rtype: str, *values: str, ttl: int = 300, server: str | None = None) -> None:
        """Make these the only values of the record set; with none it is removed."""
        if not values:
            self.remove(name, rtype, server=server)
            return
        content = self._content(server)
        rrset = self._rrset(Record(name=name, rtype=rtype, values=values, ttl=ttl))
        self._check_alias(content, rrset)
        content.put(rrset, self.apex)
        self._changed()

    def remove(self, name: str, rtype: str | None = None, *, server: str | None = None) -> bool:
        """Remove one record set, or all at the name; whether there was any."""
        content, owner = self._content(server), absolute(name)
        keys = [key for key in content.sets if key[0] == owner and rtype in {None, key[1].name}]
        removed = [content.drop(key, self.apex) for key in keys]
        self._changed()
        return any(removed)

    def load(self, records: Iterable[Record]) -> None:
        """Make ``records`` the whole content (beside SOA, and apex NS unless given): how a hosted zone is mirrored.

        A server that was split keeps what it has.
        """
        content = _Content(serial=self._main.serial)
        self._put(content, Record(name=self.name, rtype="NS", values=tuple(self.servers), ttl=172800))
        for record in records:
            if record.rtype.upper() != "SOA":
                self._put(content, record)
        self._main = content
        self._changed()

    def records(self, server: str | None = None) -> tuple[Record, ...]:
        """Everything a server holds but the SOA, by name and type."""
        content = self._own.get(server or "", self._main)
        found = [
            Record(
                name=text(name), rtype=rtype.name, ttl=rrset.ttl, values=tuple(sorted(plain(rdata) for rdata in rrset))
            )
            for (name, rtype), rrset in content.sets.items()
        ]
        return tuple(sorted(found, key=lambda record: (record.name, record.rtype)))

    def split(self, server: str) -> None:
        """Let one name server keep its present content while the others move on (a stale secondary)."""
        self._content(server)
        self._changed()

    def rejoin(self, server: str) -> None:
        """End a split: the server holds again what the others hold."""
        self._own.pop(text(absolute(server)), None)
        self._changed()

    def find(self, qname: dns.name.Name, rtype: dns.rdatatype.RdataType, *, server: str) -> Found:
        """What ``server`` answers (RFC 1034 4.3.2, wildcards RFC 4592, empty non-terminals RFC 8020)."""
        content = self._own.get(server, self._main)
        cut = self._cut(content, qname)
        if cut is not None:
            return Found(kind="referral", rrsets=(cut,))
        soa = self._soa(content)
        if qname == self.apex and rtype == dns.rdatatype.SOA:
            return Found(kind="answer", rrsets=(soa,))
        source = qname
        if qname != self.apex and qname not in content.nodes:
            source = self._wildcard(content, qname)
            if source not in content.nodes:
                return Found(kind="nxdomain", soa=soa)
        return _at(content, source, (qname, rtype), soa)

    def _content(self, server: str | None) -> _Content:
        if server is None:
            return self._main
        host = text(absolute(server))
        if host not in self.servers:
            raise ValueError(f"zone {self.name}: {server} is none of its name servers {', '.join(self.servers)}")
        return self._own.setdefault(host, self._main.copy())

    def _put(self, content: _Content, record: Record) -> None:
        rrset = self._rrset(record)
        self._check_alias(content, rrset)
        content.put(rrset, self.apex)

    def _rrset(self, record: Record) -> dns.rrset.RRset:
        rrset = parse(record)
        if not rrset.name.is_subdomain(self.apex):
            raise MalformedRecord(f"{record.name} {record.rtype}", "outside the zone", f"a name within {self.name}")
        if rrset.rdtype == dns.rdatatype.SOA or len(rrset) != len(set(record.values)):
            raise MalformedRecord(
                f"{record.name} {record.rtype}", "too many", "one value (of SOA none: it makes itself)"
            )
        return rrset

    def _check_alias(self, content: _Content, rrset: dns.rrset.RRset) -> None:
        alias = dns.rdatatype.CNAME
        others = {rtype for name, rtype in content.sets if name == rrset.name} - {rrset.rdtype}
        if (rrset.rdtype == alias and (others or rrset.name == self.apex)) or alias in others:
            # RFC 1034 3.6.2
            raise MalformedRecord(
                text(rrset.name), "a CNAME beside others", "one alone at its name, and not at the apex"
            )

    def _cut(self, content: _Content, qname: dns.name.Name) -> dns.rrset.RRset | None:
        name, found = qname, None
        while name != self.apex:
            found = content.sets.get((name, dns.rdatatype.NS), found)
            name = name.parent()
        return found

    def _wildcard(self, content: _Content, qname: dns.name.Name) -> dns.name.Name:
        encloser = qname.parent()  # RFC 4592 3.3.1
        while encloser != self.apex and encloser not in content.nodes:
            encloser = encloser.parent()
        return dns.name.Name((b"*", *encloser.labels))

    def _soa(self, content: _Content) -> dns.rrset.RRset:
        primary = next(iter(self.servers))
        return soa_of(self.apex, primary, content.serial)


def _at(content: _Content, source: dns.name.Name, question: Key, soa: dns.rrset.RRset) -> Found:
    qname, rtype = question
    if rtype == dns.rdatatype.ANY:
        every = [_renamed(rrset, qname) for key, rrset in content.sets.items() if key[0] == source]
        return Found(kind="answer", rrsets=tuple(every)) if every else Found(kind="nodata", soa=soa)
    for wanted, kind in ((rtype, "answer"), (dns.rdatatype.CNAME, "cname")):
        rrset = content.sets.get((source, wanted))
        if rrset is not None:
            return Found(kind=kind, rrsets=(_renamed(rrset, qname),))
    return Found(kind="nodata", soa=soa)


def _renamed(rrset: dns.rrset.RRset, owner: dns.name.Name) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(owner, rrset.ttl, list(rrset))
