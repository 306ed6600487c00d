"""What a DNS answer says: the records it leads to, or that there are none, and for how long that holds.

    match reading(message, name, dns.rdatatype.TXT):
        case Records(rrset=rrset, ttl=ttl): ...
        case Missing(how="NXDOMAIN", ttl=300): ...
        case Elsewhere(name=target): ...           # the answer stops at a CNAME: its target has yet to be asked
        case Unreadable(reason=reason): ...        # SERVFAIL, REFUSED, a circle of CNAMEs

No input or output: bytes that came from anybody are judged here and nowhere else.
"""

from __future__ import annotations

from typing import TypeAlias

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mailstrata.model.values import dataclass

CHAIN = 8
"""How many CNAMEs are followed; honest chains have two or three."""
_WORDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records that the name leads to. ``ttl`` is the shortest of the chain, in seconds."""

    rrset: dns.rrset.RRset
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There are none: ``NXDOMAIN`` or ``NODATA``; ``ttl`` is how long that is remembered (RFC 2308 5)."""

    how: str
    ttl: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The answer ends in a CNAME whose target was not looked up."""

    name: dns.name.Name
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The server could or would not tell."""

    reason: str


Reading: TypeAlias = Records | Missing | Elsewhere | Unreadable


def reading(message: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Reading:
    """What ``message`` says of the records of ``rdtype`` at ``name``, CNAMEs within it followed."""
    rcode = message.rcode()
    if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return Unreadable(reason=_refusal(message))
    end, ttls = _end_of_chain(message, name, rdtype)
    if end is None:
        return Unreadable(reason="CNAMEs that go round in a circle or have no end")
    rrset = message.get_rrset(message.answer, end, dns.rdataclass.IN, rdtype)
    if rrset is not None:
        return Records(rrset=rrset, ttl=min([*ttls, rrset.ttl]))
    if rcode == dns.rcode.NXDOMAIN:  # RFC 2308 2.1
        return Missing(how="NXDOMAIN", ttl=negative_ttl(message))
    return _no_data(message, end, ttls)


def negative_ttl(message: dns.message.Message) -> int | None:
    """For how many seconds absence is remembered: the SOA's TTL or its minimum, the smaller (RFC 2308 5)."""
    soa = authority_soa(message)
    return None if soa is None else min(soa.ttl, soa[0].minimum)


def authority_soa(message: dns.message.Message) -> dns.rrset.RRset | None:
    """The SOA that comes with a negative answer."""
    return next((rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.SOA), None)


def text_of(name: dns.name.Name) -> str:
    """A name as people write it: lower case, without the final dot; the root is ``.``."""
    return name.canonicalize().to_text(omit_final_dot=name != dns.name.root)


def _end_of_chain(
    message: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> tuple[dns.name.Name | None, list[int]]:
    """Where the CNAMEs of the answer lead from ``name``, and their TTLs; ``None``: nowhere."""
    ttls: list[int] = []
    while rdtype != dns.rdatatype.CNAME:
        alias = message.get_rrset(message.answer, name, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if alias is None:
            break
        if len(ttls) == CHAIN:
            return None, ttls
        ttls.append(alias.ttl)
        name = alias[0].target
    return name, ttls


def _no_data(message: dns.message.Message, end: dns.name.Name, ttls: list[int]) -> Reading:
    if authority_soa(message) is not None:  # RFC 2308 2.2
        return Missing(how="NODATA", ttl=negative_ttl(message))
    if ttls:
        return Elsewhere(name=end, ttl=min(ttls))
    if not message.flags & (dns.flags.RA | dns.flags.AA):  # RFC 2308 2.2: a referral is no answer
        return Unreadable(reason="a referral instead of an answer (it does not resolve for us)")
    return Missing(how="NODATA", ttl=None)


def _refusal(message: dns.message.Message) -> str:
    rcode = dns.rcode.to_text(message.rcode())
    causes = [_cause(option) for option in message.options if isinstance(option, dns.edns.EDEOption)]
    return f"{rcode} ({'; '.join(causes)})" if causes else rcode


def _cause(option: dns.edns.EDEOption) -> str:
    """An extended DNS error in words (RFC 8914 4)."""
    known = dns.edns.EDECode.to_text(option.code).replace("_", " ")
    name = f"extended error {known}" if known.isdecimal() else known
    shown = "".join(c if c.isprintable() else "?" for c in (option.text or "")[:_WORDS])
    return f"{name}: {shown}" if shown else name
