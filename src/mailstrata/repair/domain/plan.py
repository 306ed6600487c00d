"""Desired minus observed: the whole plan of a domain, in an order that works. Pure: it asks nobody."""

from __future__ import annotations

from mailstrata.model.facts import IdentityFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.repair.domain import dns_plan, ses_plan
from mailstrata.repair.domain.change import Change, Gap, Layer, Plan
from mailstrata.repair.domain.goal import Goal
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.state import Observed

_ORDER = (Layer.SES, Layer.DNS, Layer.PERSON)


def plan(goal: Goal, seen: Observed, evidence: Evidence) -> Plan:
    """What has to be done, by whom, and what is right already."""
    found = dns_plan.batch(goal, seen, evidence)
    changes: list[Change] = [*ses_plan.changes(goal, seen.identity, seen.account), *dns_plan.change(found, seen)]
    if isinstance(seen.identity, Unknown):
        reason, needs = seen.identity.reason, seen.identity.needs
        found.gaps.insert(0, Gap(subject=f"the identity {goal.domain} in {goal.region}", reason=reason, needs=needs))
    return Plan(
        changes=tuple(sorted(changes, key=lambda change: _ORDER.index(change.layer))),
        right=(*_identity(goal, seen.identity), *found.right),
        gaps=tuple(found.gaps),
    )


def evidence_of(goal: Goal, seen: Observed, base: Evidence) -> Evidence:
    """``base`` with what the identity says: whether SES signs as the domain."""
    facts = seen.identity.value if isinstance(seen.identity, Seen) else None
    signed = facts is not None and facts.dkim.signing and facts.dkim.status == "SUCCESS"
    policy = seen.at(f"_dmarc.{goal.domain}", "TXT")
    reported = isinstance(policy, Seen) and any("rua=" in text.replace(" ", "") for text in policy.value)
    return Evidence(signed=signed, unaligned=base.unaligned, reported=reported, since_last=base.since_last)


def _identity(goal: Goal, identity: Observation[IdentityFacts]) -> tuple[str, ...]:
    if not isinstance(identity, Seen) or not identity.value.verified:
        return ()
    return (f"{goal.domain} is verified in {goal.region}",)
