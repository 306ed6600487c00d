"""The look-ups of an SPF record that find nothing, of which a recipient makes two (RFC 7208 4.6.4): whoever sends by IPv4.

    found = voids(evidence, tree)
    found.too_many                       # True: some mail ends in permerror
    [void.why for void in found.found]   # ["gone.sailing.example has no IPv4 address", …]

As `formats.spf_tree` counts look-ups until nothing has matched, this counts those that are void, within the ten that are made.
A name that holds macros depends on the mail and is not looked up. An include without a record is no void look-up: it ends the
evaluation by itself (5.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from mailstrata.formats import spf
from mailstrata.formats.spf import Term
from mailstrata.formats.spf_names import TERMS, VOIDS, readable
from mailstrata.formats.spf_tree import Node, name_of
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.question import Ipv4, Ipv6, Mx
from mailstrata.model.values import dataclass

_HOSTS = 10
"""MX hosts that are looked up (RFC 7208 4.6.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A look-up that finds nothing: by ``term`` of the record of ``domain``, when it was ``asked``.

    ``dead``: the term as a whole can match no mail, by IPv6 neither.
    """

    domain: str
    term: Term
    asked: Ipv4 | Mx
    why: str
    dead: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Voids:
    """Those that were found; where there cannot be too many, they were not all looked for. ``unknown``: some may be more."""

    found: tuple[Void, ...] = ()
    unknown: Unknown | None = None

    @property
    def too_many(self) -> bool:
        """Whether some mail meets the limit."""
        return len(self.found) > VOIDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lookup:
    domain: str
    term: Term
    name: str
    hosts: tuple[str, ...] = ()


def voids(answers: Answers, tree: Node) -> Voids:
    """The void look-ups of ``tree``; nothing is asked once it is clear that they are no more than two."""
    every = [_Lookup(domain=node.domain, term=term, name=name) for node, term, name in _looked_up(tree)]
    exchanging = [one for one in every if one.term.name == "mx"]
    direct = [one for one in every if one.term.name != "mx"]
    if not exchanging and len(direct) <= VOIDS:
        return Voids()
    answers.want(*(Mx(one.name) for one in exchanging))
    blind = next((seen for one in exchanging if isinstance(seen := answers[Mx(one.name)], Unknown)), None)
    led = [_Lookup(domain=one.domain, term=one.term, name=one.name, hosts=_hosts(answers, one)) for one in exchanging]
    found = [_without_mx(one) for one in led if not one.hosts and not isinstance(answers[Mx(one.name)], Unknown)]
    behind = sum(len(one.hosts) for one in led)
    if len(direct) + len(found) + behind <= VOIDS:
        return Voids(unknown=blind)
    answers.want(*(Ipv4(one.name) for one in direct))
    blind = blind or _blind(answers, [one.name for one in direct])
    found += [_without_address(one) for one in direct if _is_void(answers, one.name)]
    if len(found) + behind > VOIDS:
        hosts = [host for one in led for host in one.hosts]
        answers.want(*(Ipv4(host) for host in hosts))
        blind = blind or _blind(answers, hosts)
        found += [void for one in led for void in _behind(answers, one)]
    return Voids(found=_buried(answers, found), unknown=blind)


def _looked_up(tree: Node) -> Iterator[tuple[Node, Term, str]]:
    """What the first ten terms look up, in the order of evaluation, where it does not depend on the mail."""
    for node, term in islice(_counted(tree), TERMS):
        name = name_of(term.domain, node.domain) if term.domain else node.domain
        if term.name in ("a", "mx", "exists") and name:
            yield node, term, name


def _counted(node: Node) -> Iterator[tuple[Node, Term]]:
    below = {child.via: child for child in node.children}
    for term in node.terms:
        if term.name in spf.LOOKUPS:
            yield node, term
        if term.text in below:
            yield from _counted(below[term.text])


def _hosts(answers: Answers, one: _Lookup) -> tuple[str, ...]:
    seen = answers[Mx(one.name)]
    named: tuple[MxHost, ...] = seen.value if isinstance(seen, Seen) else ()
    return tuple(host for mx in named[:_HOSTS] if readable(host := mx.host.rstrip(".").lower()))


def _behind(answers: Answers, one: _Lookup) -> Iterator[Void]:
    gone = [host for host in one.hosts if _is_void(answers, host)]
    for host in gone:
        why = f"{host}, an MX of {one.name}, has no IPv4 address"
        yield Void(domain=one.domain, term=one.term, asked=Ipv4(host), why=why, dead=len(gone) == len(one.hosts))


def _without_mx(one: _Lookup) -> Void:
    return Void(domain=one.domain, term=one.term, asked=Mx(one.name), why=f"{one.name} has no MX")


def _without_address(one: _Lookup) -> Void:
    return Void(domain=one.domain, term=one.term, asked=Ipv4(one.name), why=f"{one.name} has no IPv4 address")


def _buried(answers: Answers, found: list[Void]) -> tuple[Void, ...]:
    """Where there are too many: which of their terms find nothing by IPv6 either, and so can go."""
    if len(found) <= VOIDS:
        return tuple(found)
    asked = [(void, Ipv6(void.asked.host)) for void in found if isinstance(void.asked, Ipv4)]
    answers.want(*(question for _, question in asked))
    alive = {(void.domain, void.term) for void, question in asked if not _nothing(answers[question])}
    return tuple(replace(void, dead=void.dead and (void.domain, void.term) not in alive) for void in found)


def _is_void(answers: Answers, host: str) -> bool:
    return _nothing(answers[Ipv4(host)])


def _nothing(seen: Observation[tuple[str, ...]]) -> bool:
    return isinstance(seen, Absent) or (isinstance(seen, Seen) and not seen.value)


def _blind(answers: Answers, hosts: list[str]) -> Unknown | None:
    return next((seen for host in hosts if isinstance(seen := answers[Ipv4(host)], Unknown)), None)
