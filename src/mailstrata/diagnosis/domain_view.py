"""What `domain check` shows beside records and faults: identities in every region, and what comes of each way of sending.

    view = domain_view(case, (Place(region="us-east-1", name="sailing.example"),), evidence)

Pure: it reads evidence and raises ``NotYet`` for what is missing, so `diagnosis.gathering` can build it of the world, of a
recording, or of a world in which planned changes stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.way import Way
from mailstrata.diagnosis.ways import questions, ways
from mailstrata.formats import mx, spf_tree
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.inventory import Inventory
from mailstrata.model.names import domain_of, is_within
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Mx, SesIdentity
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
    """``receives`` says in words where its mail goes; ``lookups`` what its SPF record costs, ``None`` where there is none."""

    domain: str
    identities: tuple[IdentityState, ...]
    ways: tuple[Way, ...]
    receives: str
    lookups: int | None = None


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
    evidence.want(*questions(case), *(SesIdentity(place.region, place.name) for place in found))
    tree = spf_tree.read(evidence, domain)
    return DomainView(
        domain=domain,
        identities=tuple(_identity(evidence, place) for place in found),
        ways=ways(case, evidence),
        receives=_receives(evidence, domain),
        lookups=tree.lookups if tree is not None and not tree.unknown else None,
    )


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
