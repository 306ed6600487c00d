"""What `domain check` shows of one domain beside records and faults: identities everywhere, and the paths of its mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailstrata.model.values import dataclass
from mailstrata.reports.domain_identities import IdentityShown
from mailstrata.reports.domain_ways import OtherwiseShown, PartShown, VerdictShown, WayShown

if TYPE_CHECKING:
    from mailstrata.diagnosis.domain_view import DomainView, IdentityState
    from mailstrata.diagnosis.way import Part, Way
    from mailstrata.model.facts import IdentityFacts
    from mailstrata.model.inventory import Inventory
    from mailstrata.model.observation import Observation
    from mailstrata.model.ports import Asker
    from mailstrata.model.question import Question
    from mailstrata.model.setup import Setup
    from mailstrata.wiring import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What is looked at, when, and in how many seconds; without ``stage`` DNS alone is asked, and nothing is planned."""

    setup: Setup
    at: datetime
    budget: float
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The view of now, that after the plan, in how many regions was looked, and what could not be listed there."""

    now: DomainView
    after: DomainView
    looked_in: int = 0
    unseen: tuple[str, ...] = ()


async def looked(looking: Looking, asker: Asker) -> Looked:
    """Look at identities and paths now, and at what the plan of `domain plan` will make of them."""
    from mailstrata.diagnosis.case import open_case
    from mailstrata.diagnosis.domain_view import domain_view, places
    from mailstrata.diagnosis.gathering import gathered

    case, budget, stage = open_case(looking.setup, at=looking.at), looking.budget, looking.stage
    here = places(case)
    view, known = await gathered(asker, lambda seen: domain_view(case, here, seen), budget=budget)
    if stage is None or any(one.unknown is not None for one in view.identities):
        return Looked(now=view, after=view)
    looked_in, inventory = await _inventory(stage, looking.setup)
    everywhere = places(case, inventory)
    if everywhere != here:
        view, known = await gathered(asker, lambda seen: domain_view(case, everywhere, seen), budget=budget)
    changed = {**dict(known.items()), **await _planned(stage, looking.setup, asker)}
    after, _ = await gathered(asker, lambda seen: domain_view(case, everywhere, seen), known=changed, budget=budget)
    return Looked(now=view, after=after, looked_in=looked_in, unseen=inventory.unseen)


async def _inventory(stage: Stage, setup: Setup) -> tuple[int, Inventory]:
    """In how many regions was looked, and the identities there."""
    from mailstrata.adapters.aws_inventory import AwsInventory, regions_beside

    regions = regions_beside(setup.region)
    return len(regions), await AwsInventory(stage.aws).read(regions)


async def _planned(stage: Stage, setup: Setup, asker: Asker) -> dict[Question[Any], Observation[Any]]:
    """The answers that the plan will change."""
    from mailstrata.cli.domain_plan import evidence
    from mailstrata.repair.domain.after import expected
    from mailstrata.repair.domain.goal import Goal
    from mailstrata.repair.domain.plan import evidence_of, plan
    from mailstrata.repair.domain.state import observed

    goal = Goal.of(setup)
    seen = await observed(goal, asker, stage.tools(False).dns)
    return dict(expected(goal, seen, plan(goal, seen, evidence_of(goal, seen, evidence(stage, goal)))))


def beside(found: Looked) -> Mapping[str, Any]:
    """The fields of the page that come of it."""
    return {
        "identities": identities(found.now),
        "looked_in": found.looked_in,
        "unseen": found.unseen,
        "receives": found.now.receives,
        "lookups": found.now.lookups,
        "ways": ways(found),
    }


def identities(view: DomainView) -> tuple[IdentityShown, ...]:
    """Each place that was looked at."""
    return tuple(_identity(each) for each in view.identities)


def ways(found: Looked) -> tuple[WayShown, ...]:
    """Each way; what the plan makes of it is told where that is another."""
    then = {_key(way): way for way in found.after.ways}
    return tuple(_way(now, then.get(_key(now)), tuple(_otherwise(now, found.now))) for now in found.now.ways)


def _key(way: Way) -> tuple[str, str, str]:
    return way.id, way.region, way.sender


def _otherwise(now: Way, view: DomainView) -> Iterator[OtherwiseShown]:
    """The same way by the records of others, where it comes to something else."""
    for other in view.otherwise:
        for way in other.ways:
            if _key(way) == _key(now) and not way.blocked and _verdict(way) != _verdict(now):
                yield OtherwiseShown(by=other.by, why=other.why, verdict=_verdict(way))


def _identity(each: IdentityState) -> IdentityShown:
    region, name = each.place.region, each.place.name
    if each.unknown is not None:
        return IdentityShown(region=region, name=name, state="unknown", words=(each.unknown.reason,))
    if each.facts is None:
        return IdentityShown(region=region, name=name, state="absent", words=("is no identity of SES there",))
    facts = each.facts
    well = facts.verified and facts.dkim.signing and facts.dkim.status == "SUCCESS"
    well = well and (facts.mail_from is None or facts.mail_from.status == "SUCCESS")
    return IdentityShown(region=region, name=name, state="ok" if well else "differs", words=tuple(_words(facts)))


def _words(facts: IdentityFacts) -> Iterator[str]:
    from mailstrata.diagnosis.identity_facts import ERRORS

    error = f": {ERRORS.get(facts.error, facts.error)}" if facts.error else ""
    yield "verified" if facts.verified else f"not verified ({facts.status}{error})"
    number = facts.dkim.key_length.removeprefix("RSA_").removesuffix("_BIT")
    bits = f", {number} bits" if number.isdigit() else ""
    yield f"DKIM {facts.dkim.status}{bits}" + ("" if facts.dkim.signing else ", but signing is off")
    if facts.mail_from is not None:
        yield f"MAIL FROM {facts.mail_from.domain} {facts.mail_from.status}"
    else:
        yield "MAIL FROM is SES's own name, which never aligns"


def _way(now: Way, then: Way | None, otherwise: tuple[OtherwiseShown, ...]) -> WayShown:
    told, later = _verdict(now), _verdict(then) if then is not None else None
    changes = later is not None and later != told
    return WayShown(
        id=now.id,
        name=now.name,
        region=now.region,
        used=now.used,
        now=told,
        after=later if changes else None,
        blocked=now.blocked,
        otherwise=otherwise,
    )


def _verdict(way: Way) -> VerdictShown:
    dmarc = way.dmarc
    return VerdictShown(
        spf=_part(way.spf),
        dkim=_part(way.dkim),
        dmarc=dmarc.result,
        policy=dmarc.policy,
        fate=dmarc.fate,
        why=dmarc.why,
    )


def _part(part: Part) -> PartShown:
    return PartShown(result=part.result, domain=part.domain, aligned=part.aligned, why=part.why)
