"""Record sets as the zone's own name servers give them: every server asked at once, directly, without recursion.

    await PublishedRecords(authorities).facts(Published("sailing.example", "_dmarc.sailing.example", "TXT"))
    Seen(value=PublishedFacts(answers=(ServerAnswer(nameserver="ns1.dns.example", values=("v=DMARC1; p=none",), ttl=300), …)))

A resolver may hold an older answer, or the absence of one (RFC 2308); these servers cannot. A part of the zone that they
delegate further is asked at the servers that they name. Who serves the zone, and at which address, is looked up once for
all record sets that are asked for together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from mailstrata.adapters.dns_authority import Authorities
from mailstrata.adapters.dns_exchange import Heard
from mailstrata.adapters.dns_reading import Elsewhere, Missing, Records, Unreadable, reading, text_of
from mailstrata.adapters.dns_resolver import absolute
from mailstrata.model.facts import PublishedFacts, ServerAnswer
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Published
from mailstrata.model.values import dataclass

_SERVERS = 8
"""How many servers of one zone are asked; zones have two to six."""
_CUTS = 3
"""How many times a part of the zone may be delegated further."""
_KINDS: Mapping[str, dns.rdatatype.RdataType] = {
    "TXT": dns.rdatatype.TXT,
    "MX": dns.rdatatype.MX,
    "CNAME": dns.rdatatype.CNAME,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A record set, and the zone whose servers are asked."""

    apex: dns.name.Name
    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType


class PublishedRecords:
    """Asks the servers that ``authorities`` knows of."""

    def __init__(self, authorities: Authorities) -> None:
        self._authorities = authorities

    async def facts(self, question: Published) -> Observation[PublishedFacts]:
        """What each server says; Unknown only where nobody can tell which servers there are."""
        apex, name = absolute(question.zone), absolute(question.name)
        if isinstance(apex, Unknown):
            return apex
        if isinstance(name, Unknown):
            return name
        if question.kind not in _KINDS:
            return Unknown(reason=f"{question.kind[:20]} records are not asked for at name servers")
        servers = await self._authorities.nameservers(question.zone)
        if not isinstance(servers, Seen):
            return servers if isinstance(servers, Unknown) else Absent(how=servers.how, source=servers.source)
        asked = _Asked(apex=apex, name=name, rdtype=_KINDS[question.kind])
        answers = await self._each(servers.value[:_SERVERS], asked, _CUTS)
        source = f"the name servers of {question.zone}"
        return Seen(value=PublishedFacts(answers=answers), source=source, at=self._authorities.now())

    async def _each(self, hosts: Sequence[str], asked: _Asked, cuts: int) -> tuple[ServerAnswer, ...]:
        said = await asyncio.gather(*(self._one(host, asked) for host in hosts))
        answers = tuple(one for one in said if isinstance(one, ServerAnswer))
        further = {host: one.name for one in said if isinstance(one, dns.rrset.RRset) for host in _hosts(one)}
        if not further:
            return answers
        if not cuts:
            failed = (ServerAnswer(nameserver=host, failure="delegations without end") for host in sorted(further))
            return (*answers, *failed)
        below = _Asked(apex=next(iter(further.values())), name=asked.name, rdtype=asked.rdtype)
        return (*answers, *await self._each(sorted(further)[:_SERVERS], below, cuts - 1))

    async def _one(self, host: str, asked: _Asked) -> ServerAnswer | dns.rrset.RRset:
        """The server's answer, or the delegation by which it sends further."""
        said = await self._authorities.ask(host, asked.name, asked.rdtype)
        if not isinstance(said, Heard):
            return ServerAnswer(nameserver=host, failure=said)
        cut = _cut(said.message, asked)
        return cut if cut is not None else _answer(host, said.message, asked)


def _cut(message: dns.message.Message, asked: _Asked) -> dns.rrset.RRset | None:
    """The delegation of a part of the zone that ``name`` lies in (RFC 1034 4.3.2, step 3b)."""
    if message.answer or message.flags & dns.flags.AA:
        return None
    found = (rrset for rrset in message.authority if rrset.rdtype == dns.rdatatype.NS)
    below = (one for one in found if one.name != asked.apex and one.name.is_subdomain(asked.apex))
    return next((one for one in below if asked.name.is_subdomain(one.name)), None)


def _hosts(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(text_of(rdata.target) for rdata in rrset)


def _answer(host: str, message: dns.message.Message, asked: _Asked) -> ServerAnswer:
    said = reading(message, asked.name, asked.rdtype)
    if isinstance(said, Unreadable):
        return ServerAnswer(nameserver=host, failure=f"it answers {said.reason}")
    if not message.flags & dns.flags.AA:
        return ServerAnswer(nameserver=host, failure="it answers without authority")
    match said:
        case Records(rrset=rrset, ttl=ttl):
            return ServerAnswer(nameserver=host, values=_values(rrset), ttl=ttl)
        case Missing(how=how, ttl=ttl):
            return ServerAnswer(nameserver=host, how=how, ttl=ttl)
        case Elsewhere(name=name, ttl=ttl):
            return ServerAnswer(nameserver=host, alias=text_of(name), ttl=ttl)


def _values(rrset: dns.rrset.RRset) -> tuple[str, ...]:
    return tuple(sorted(_value(rrset.rdtype, rdata) for rdata in rrset))


def _value(rdtype: dns.rdatatype.RdataType, rdata: Any) -> str:
    if rdtype == dns.rdatatype.TXT:  # RFC 7208 3.3: the strings of one record belong together
        return b"".join(rdata.strings).decode("utf-8", "backslashreplace")
    if rdtype == dns.rdatatype.MX:
        return f"{rdata.preference} {text_of(rdata.exchange)}"
    return text_of(rdata.target)
