"""What `domain check` shows beside records and faults: identities in every region, and what comes of each way of sending.

    view = domain_view(case, (Place(region="us-east-1", name="sailing.example"),), evidence)

Pure: it reads evidence and raises ``NotYet`` for what is missing, so `diagnosis.gathering` can build it of the world, of a
recording, or of a world in which planned changes stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.sight import View, views
from mailstrata.diagnosis.way import Way
from mailstrata.diagnosis.ways import questions, ways
from mailstrata.formats import mx, spf_tree
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.inventory import Inventory
from mailstrata.model.names import domain_of, is_within
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Mx, SesIdentity, Txt, ZoneOf
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An identity that is to be looked at: a domain or an address, in one region."""

    region: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityState:
    """What SES says of one place; neither ``facts`` nor ``unknown``: it is no identity there."""

    place: Place
    facts: IdentityFacts | None = None
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainView:
    """``receives`` says in words where its mail goes; ``lookups`` what its SPF record costs, ``None`` where there is none.

    ``ways`` are by what the zone's own name servers publish, or what a resolver has where that is not known; ``otherwise``
    are those of whoever has other records, as a resolver that remembers the former ones.
    """

    domain: str
    identities: tuple[IdentityState, ...]
    ways: tuple[Way, ...]
    receives: str
    lookups: int | None = None
    otherwise: tuple[Otherwise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """The ways by other records: ``by`` a resolver, or by name servers; ``why`` says who has them, and for how long yet."""

    by: str
    why: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one view comes to."""

    ways: tuple[Way, ...]
    lookups: int | None


def places(case: Case, inventory: Inventory | None = None) -> tuple[Place, ...]:
    """Where to look: the domain in the regions in use, and all that the account holds of it, addresses too."""
    domain = case.setup.domain
    named = [Place(region=region, name=domain) for region in regions(case)]
    found = inventory.identities if inventory is not None else ()
    mine = (one for one in found if is_within(domain_of(one.name.lower()), domain))
    return tuple(dict.fromkeys((*named, *(Place(region=one.region, name=one.name) for one in mine))))


def domain_view(case: Case, looked_at: Iterable[Place], evidence: Evidence) -> DomainView:
    """The state of the setup's domain; ``looked_at`` come in their order."""
    domain, found = case.setup.domain, tuple(looked_at)
    evidence.want(*questions(case), ZoneOf(domain), *(SesIdentity(place.region, place.name) for place in found))
    seen = views(evidence, Txt(domain), domain, lambda view: _of_view(case, view))
    published = tuple(view for view in seen.published if view.is_known)
    first = published[0].value if published else seen.remembered
    return DomainView(
        domain=domain,
        identities=tuple(_identity(evidence, place) for place in found),
        ways=first.ways,
        receives=_receives(evidence, domain),
        lookups=first.lookups,
        otherwise=tuple(_otherwise(published, seen.remembered)),
    )


def _of_view(case: Case, evidence: Evidence) -> _Found:
    tree = spf_tree.read(evidence, case.setup.domain)
    return _Found(ways=ways(case, evidence), lookups=tree.lookups if tree is not None and not tree.unknown else None)


def _otherwise(published: tuple[View[_Found], ...], remembered: _Found) -> Iterator[Otherwise]:
    """The views beside the first; a resolver's where it remembers what no server gives."""
    for view in published[1:]:
        servers = ", ".join(view.servers)
        yield Otherwise(by="name-server", why=f"{servers} answers otherwise", ways=view.value.ways)
    late = published[0].late if published else ""
    if late and remembered not in [view.value for view in published]:
        yield Otherwise(by="resolver", why=late, ways=remembered.ways)


def _identity(evidence: Evidence, place: Place) -> IdentityState:
    match evidence[SesIdentity(place.region, place.name)]:
        case Seen(value=facts):
            return IdentityState(place=place, facts=facts)
        case Unknown() as unknown:
            return IdentityState(place=place, unknown=unknown)
        case Absent():
            return IdentityState(place=place)


def _receives(evidence: Evidence, domain: str) -> str:
    match evidence[Mx(domain)]:
        case Unknown(reason=reason):
            return f"not known: {reason}"
        case Seen(value=hosts) if mx.is_null(hosts):
            return "no mail: a null MX is published (RFC 7505)"
        case Seen(value=hosts) if hosts:
            named = ", ".join(f"{one.preference} {one.host}" for one in hosts[:4])
            whose = mx.provider(hosts)
            return f"{named} ({whose})" if whose else named
        case _:
            return "no mail: there is no MX record"
