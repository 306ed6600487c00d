"""Makes the changes of a plan one at a time: a row in the ledger before each, its outcome after, and a look with own eyes.

    async for step in applied(goal, Choice(), tools):
        print(step.text)

SES's changes come first, since SES then names the DKIM records; the domain is looked at again, and DNS follows in one batch.
A change that is not safe is made only when it is named. Raises ``Refusal`` (status 4) where one fails: what was done stands
in the steps, in the ledger and can be undone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import field
from datetime import datetime

from mailstrata.formats.dns_record import folded
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import IdentityFacts, MailFromFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Observation, Seen
from mailstrata.model.question import SesIdentity
from mailstrata.model.values import dataclass
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.domain.change import Change, Layer, Plan
from mailstrata.repair.domain.goal import KEY_LENGTH, Goal
from mailstrata.repair.domain.plan import evidence_of, plan
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.state import Observed, observed
from mailstrata.repair.publishing import published

KIND = "domain-apply"
"""The kind of the ledger's rows."""
SETTING = {
    "create-identity": "existed",
    "enable-dkim": "signing",
    "renew-dkim": "key_length",
    "set-mail-from": "mail_from",
    "set-configuration-set": "configuration_set",
    "set-feedback": "feedback_forwarding",
}
"""What each change at SES sets, as `settings` names it."""
LOOKS = (0, 5, 10, 20, 30, 55)
"""Seconds before each look at SES, which finds new records within minutes as a rule (facts.md B3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which changes: those named, else all safe ones. ``evidence`` is what speaks for a harder DMARC policy."""

    named: frozenset[str] = frozenset()
    evidence: Evidence = field(default_factory=lambda: Evidence(signed=False))

    def takes(self, change: Change) -> bool:
        """Whether the change is to be made."""
        return change.id in self.named if self.named else change.safe


async def planned(goal: Goal, evidence: Evidence, tools: Tools) -> tuple[Plan, Observed]:
    """Look, and plan."""
    seen = await observed(goal, tools.asker, tools.dns)
    return plan(goal, seen, evidence_of(goal, seen, evidence)), seen


async def applied(goal: Goal, choice: Choice, tools: Tools) -> AsyncIterator[Step]:
    """Carry out what is chosen; a step for each thing that was done or found."""
    run = tools.clock.now().isoformat()
    todo, seen = await planned(goal, choice.evidence, tools)
    at_ses = [change for change in todo.automatic if change.layer is Layer.SES and choice.takes(change)]
    for change in at_ses:
        yield await _at_ses(change, goal, seen, run=run, tools=tools)
    if at_ses:
        todo, seen = await planned(goal, choice.evidence, tools)
    in_dns = [change for change in todo.automatic if change.layer is Layer.DNS and choice.takes(change)]
    for change in in_dns:
        async for step in _in_dns(change, goal, seen, run=run, tools=tools):
            yield step
    for left in _left_alone(todo, goal.domain) if not choice.named else ():
        yield left
    if at_ses or in_dns:
        async for step in _verified(goal, seen, tools):
            yield step


def _left_alone(todo: Plan, domain: str) -> Iterator[Step]:
    """What waits for the operator's own word or hand, told, so that nobody takes it for done."""
    for change in todo.changes:
        if change.layer is Layer.PERSON:
            yield Step(text=f"for a person: {change.title} (mailstrata domain plan {domain})", done=False)
        elif not change.safe:
            words = f"left alone, since mail may be lost by it: {change.title} (--change {change.id})"
            yield Step(text=words, done=False)


async def _at_ses(change: Change, goal: Goal, seen: Observed, *, run: str, tools: Tools) -> Step:
    before = json.dumps(settings(seen.identity), sort_keys=True)
    after = json.dumps(_wanted(change.id, goal))
    details = {"run": run, "change": change.id, "region": goal.region, "before": before, "after": after}
    row = tools.ledger.begin(KIND, goal.domain, details)
    await settled(row, _made(change.id, goal, tools), tools)
    tools.ledger.finish(row, "done")
    return Step(text=f"done: {change.title}")


async def _made(name: str, goal: Goal, tools: Tools) -> None:
    ses, region, domain = tools.ses, goal.region, goal.domain
    match name:
        case "create-identity":
            await ses.create_identity(region, domain, KEY_LENGTH)
        case "enable-dkim":
            await ses.enable_dkim(region, domain)
        case "renew-dkim":
            await ses.renew_dkim(region, domain, KEY_LENGTH)
        case "set-mail-from":
            await ses.set_mail_from(region, domain, MailFromFacts(domain=goal.mail_from))
        case "set-configuration-set":
            await ses.set_configuration_set(region, domain, goal.configuration_set)
        case "set-feedback":
            await ses.set_feedback(region, domain, forwarding=bool(goal.feedback_forwarding))
        case _:
            raise Refusal(f"there is no change {name!r} that a machine makes at SES", status=4)


def _wanted(name: str, goal: Goal) -> object:
    """What the setting of a change is afterwards (`SETTING`), so that an undo knows whose it is."""
    match SETTING[name]:
        case "mail_from":
            return goal.mail_from
        case "key_length":
            return KEY_LENGTH
        case "configuration_set":
            return goal.configuration_set
        case "feedback_forwarding":
            return bool(goal.feedback_forwarding)
        case _:
            return True


def settings(identity: Observation[IdentityFacts]) -> dict[str, object]:
    """What an undo needs to know of the identity as it was."""
    if not isinstance(identity, Seen):
        return {"existed": False}
    facts = identity.value
    return {
        "existed": True,
        "signing": facts.dkim.signing,
        "key_length": facts.dkim.key_length,
        "mail_from": facts.mail_from.domain if facts.mail_from else "",
        "on_failure": facts.mail_from.on_failure if facts.mail_from else "",
        "configuration_set": facts.configuration_set,
        "feedback_forwarding": facts.feedback_forwarding,
    }


async def _in_dns(change: Change, goal: Goal, seen: Observed, *, run: str, tools: Tools) -> AsyncIterator[Step]:
    assert isinstance(seen.zone, Seen)
    zone = seen.zone.value
    before = json.dumps([[one.name, one.type, list(one.values)] for one in change.before])
    made = json.dumps([[one.name, one.type, list(one.values)] for one in change.records])
    details = {"run": run, "change": change.id, "zone": zone.id, "before": before, "records": made}
    row = tools.ledger.begin(KIND, goal.domain, details)
    await settled(row, _unchanged_then_published(change, zone.id, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"published {len(change.records)} record sets in zone {zone.name} ({zone.id}), in one batch")
    for record in change.records:
        if record.values:
            yield Step(text=await published(record, zone.name, tools.asker, tools.clock))


async def _unchanged_then_published(change: Change, zone_id: str, tools: Tools) -> None:
    """Somebody may have edited the zone since the plan was made: then it is not ours to overwrite."""
    there = await tools.dns.standing(zone_id, change.records)
    moved = [now for now, then in zip(there, change.before, strict=True) if _set(now) != _set(then)]
    if moved:
        raise Refusal(
            f"{moved[0].type} {moved[0].name} changed since it was looked at; nothing was published",
            "make the plan again",
            status=4,
        )
    await tools.dns.publish(zone_id, change.records)


def _set(record: Record) -> frozenset[str]:
    return frozenset(folded(value) if record.type != "TXT" else value for value in record.values)


async def _verified(goal: Goal, seen: Observed, tools: Tools) -> AsyncIterator[Step]:
    """Have SES look: a MAIL FROM that failed is set again; DKIM has no call for it but new tokens (facts.md B3)."""
    facts = seen.identity.value if isinstance(seen.identity, Seen) else None
    if facts and facts.mail_from and goal.mail_from == facts.mail_from.domain and facts.mail_from.status != "SUCCESS":
        again = MailFromFacts(domain=goal.mail_from, on_failure=facts.mail_from.on_failure)
        await tools.ses.set_mail_from(goal.region, goal.domain, again)
        yield Step(text=f"had SES look for the records of {goal.mail_from} again")
    waiting = "no answer"
    for seconds in LOOKS:
        await tools.clock.sleep(seconds)
        waiting = _waits_for(await tools.asker.ask(SesIdentity(goal.region, goal.domain)), goal)
        if not waiting:
            yield Step(text=f"SES reports {goal.domain} verified in {goal.region}, DKIM and MAIL FROM found")
            return
    yield Step(text=f"SES has not found everything yet ({waiting}); it looks again by itself, for 72 hours", done=False)


def _waits_for(identity: Observation[IdentityFacts], goal: Goal) -> str:
    if not isinstance(identity, Seen):
        return "the identity is not seen"
    facts = identity.value
    statuses = {"DKIM": facts.dkim.status}
    if goal.mail_from and facts.mail_from:
        statuses["MAIL FROM"] = facts.mail_from.status
    return ", ".join(f"{name} {status}" for name, status in statuses.items() if status != "SUCCESS")


def last_step(rows: Collection[tuple[datetime, str]]) -> datetime | None:
    """When a DMARC policy was last published by us: rows of the ledger as moment and ``records`` detail."""
    moments = [at for at, records in rows if '"_dmarc.' in records]
    return max(moments, default=None)
