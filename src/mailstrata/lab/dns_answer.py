"""What a DNS server of the lab says, and how it fails to say it.

    Answer(rcode=dns.rcode.NXDOMAIN, authority=(soa,))      # a name that does not exist
    broken(Fault(kind="timeout"), qname)                    # Answer(silent=True): nothing comes back

An ``Answer`` is the content of a message (RFC 1035 4.1) plus the two things a wire can do to it: be late, be short.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from mailstrata.lab.dns_record import soa_of
from mailstrata.lab.zone import Found

FAULTS = ("servfail", "refused", "timeout", "nxdomain", "latency", "truncate")
_RCODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED, "nxdomain": dns.rcode.NXDOMAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong below a name: ``kind`` is one of ``FAULTS``; ``milliseconds`` belongs to ``latency``."""

    kind: str
    milliseconds: int = 0

    @property
    def fatal(self) -> bool:
        """Whether the true answer is lost (it is only late or short otherwise)."""
        return self.kind not in {"latency", "truncate"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The parts of a DNS message (RFC 1035 4.1), and how it goes out."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    answer: tuple[dns.rrset.RRset, ...] = ()
    authority: tuple[dns.rrset.RRset, ...] = ()
    additional: tuple[dns.rrset.RRset, ...] = ()
    authoritative: bool = False
    latency: float = 0.0
    """Seconds before it goes out."""
    silent: bool = False
    """Nothing goes out at all."""
    truncated: bool = False
    """Over UDP only a truncated answer goes out (RFC 2181 9)."""

    @property
    def is_referral(self) -> bool:
        """Whether it only says who would know (RFC 1034 4.3.2, step 3b)."""
        return not self.authoritative and not self.answer and any(r.rdtype == dns.rdatatype.NS for r in self.authority)


def broken(fault: Fault, qname: dns.name.Name) -> Answer:
    """What a fatal fault makes of any answer."""
    if fault.kind == "timeout":
        return Answer(silent=True)
    authority = (root_soa(),) if fault.kind == "nxdomain" else ()
    return Answer(rcode=_RCODES[fault.kind], authority=authority, authoritative=fault.kind == "nxdomain")


def delayed(answer: Answer, fault: Fault | None) -> Answer:
    """The answer under a fault that is not fatal, or under none."""
    if fault is None:
        return answer
    late = answer.latency + fault.milliseconds / 1000
    return replace(answer, latency=late, truncated=answer.truncated or fault.kind == "truncate")


def answered(found: Found, glue: tuple[dns.rrset.RRset, ...]) -> Answer:
    """What an authoritative server makes of its finding; ``glue`` goes with a referral."""
    if found.kind == "referral":
        return Answer(authority=found.rrsets, additional=glue)
    # RFC 2308 2: whoever says no, says by the SOA for how long.
    authority = () if found.soa is None else (found.soa,)
    rcode = dns.rcode.NXDOMAIN if found.kind == "nxdomain" else dns.rcode.NOERROR
    return Answer(rcode=rcode, answer=found.rrsets, authority=authority, authoritative=True)


def root_soa() -> dns.rrset.RRset:
    """The SOA that comes with what no zone of the lab covers."""
    return soa_of(dns.name.root, "a.root-servers.example", 1)


def alias_of(answer: Answer, rtype: dns.rdatatype.RdataType) -> dns.name.Name | None:
    """Where an answer that ends in a CNAME points, when something else was asked (RFC 1034 3.6.2)."""
    if rtype in {dns.rdatatype.CNAME, dns.rdatatype.ANY} or not answer.answer:
        return None
    last = answer.answer[-1]
    if last.rdtype != dns.rdatatype.CNAME:
        return None
    target: dns.name.Name = last[0].target.canonicalize()
    return target
