"""``mailstrata domain plan``: what has to change for a domain, by whom, and the records to publish."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.model.setup import Setup
    from mailstrata.repair.domain.change import Change, Plan
    from mailstrata.repair.domain.goal import Goal
    from mailstrata.repair.domain.ramp import Evidence
    from mailstrata.reports.domain_plan import ChangeShown, PlanShown
    from mailstrata.wiring import Stage


@click.command("plan")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option(
    "--records",
    "shape",
    type=click.Choice(("table", "zone", "form")),
    default="table",
    help="How records are printed: to read, as lines of a zone file, or as a provider's form asks for them.",
)
@options.world
@options.as_json
def command(domains: tuple[str, ...], *, shape: str, setup: str | None, lab: str | None, as_json: bool) -> int:
    """Print what has to change at SES and in DNS so that DOMAIN sends as the setup wants it; without one, the setup's own.

    Nothing is changed. Exit status: 0 when nothing has to change, 1 when something has, 3 when too little could be seen.

    \b
    Examples:
      mailstrata domain plan
      mailstrata domain plan dock.example --records zone
    """  # noqa: D301 - click wants a real backspace
    return options.run(_planned(domains, shape=shape, setup=setup, lab=lab, as_json=as_json))


async def _planned(domains: tuple[str, ...], *, shape: str, setup: str | None, lab: str | None, as_json: bool) -> int:
    from mailstrata.model import names
    from mailstrata.repair.domain.apply import planned
    from mailstrata.wiring import stage

    async with stage(setup=setup, lab=lab) as here:
        wanted = [names.domain(name) for name in domains] or [here.settings.setup.domain]
        plans = []
        for domain in wanted:
            goal = goal_of(here.settings.setup, domain)
            plan, _ = await planned(goal, evidence(here, goal), here.tools(False))
            plans.append((goal, plan))
    show(plans, shape=shape, as_json=as_json)
    return status([plan for _, plan in plans])


def goal_of(setup: Setup, domain: str) -> Goal:
    """What the setup wants for one domain; for another than its own, under the same labels.

    Where another domain's mail is received the setup does not say. Raises ``Refusal`` for a MAIL FROM domain that SES would
    not take.
    """
    from mailstrata.repair.domain.goal import Goal

    goal = Goal.of(setup)
    label = goal.mail_from.removesuffix(f".{setup.domain}") if goal.mail_from.endswith(f".{setup.domain}") else ""
    if domain != setup.domain:
        return replace(goal, domain=domain, mail_from=f"{label}.{domain}" if label else "", receives=False)
    if goal.mail_from and not label:
        raise Refusal(
            f"the setup's mail_from, {goal.mail_from}, is no name below {domain}, and SES takes no other (facts.md B3)",
            f"set it to a name such as bounce.{domain}",
        )
    return goal


def evidence(here: Stage, goal: Goal) -> Evidence:
    """What speaks for a harder DMARC policy, as far as setup and ledger know."""
    from mailstrata.repair.domain.apply import KIND, last_step
    from mailstrata.repair.domain.ramp import Evidence

    rows = here.tools(False).ledger.rows(KIND, goal.domain)
    last = last_step([(row.at, row.details.get("records", "")) for row in rows if row.outcome == "done"])
    unaligned = tuple(
        f"{alias.address} through {alias.host}"
        for alias in here.settings.setup.aliases
        if alias.host.lower().rstrip(".") in {"smtp.gmail.com", "smtp.googlemail.com"}
        and alias.address.endswith(f"@{goal.domain}")
    )
    return Evidence(signed=False, unaligned=unaligned, since_last=here.clock.now() - last if last else None)


def status(plans: list[Plan]) -> int:
    """The exit status of plans: a change is a problem, a gap alone is not knowing."""
    if any(plan.changes for plan in plans):
        return 1
    return 3 if any(plan.gaps for plan in plans) else 0


def show(plans: list[tuple[Goal, Plan]], *, shape: str, as_json: bool) -> None:
    """Print plans, one after another."""
    if as_json:
        from mailstrata.reports import document

        shown = [document_of(goal, plan) for goal, plan in plans]
        whole: dict[str, object] = (
            shown[0] if len(shown) == 1 else {"schema": "mailstrata.domain-plans/1", "plans": shown}
        )
        click.echo(document.dumps(whole), nl=False)
        return
    from mailstrata.reports import domain_plan, terminal

    for number, (goal, plan) in enumerate(plans):
        if number:
            click.echo()
        told = _shown(goal, plan)
        terminal.show(lambda width, told=told: domain_plan.page(told, width=width, shape=shape), sys.stdout)  # type: ignore[misc]


def document_of(goal: Goal, plan: Plan) -> dict[str, object]:
    """The plan as a document."""
    return {
        "schema": "mailstrata.domain-plan/1",
        "domain": goal.domain,
        "region": goal.region,
        "changes": [_change_document(change) for change in plan.changes],
        "right": list(plan.right),
        "undetermined": [{"subject": gap.subject, "reason": gap.reason, "needs": gap.needs} for gap in plan.gaps],
    }


def _change_document(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "layer": change.layer,
        "title": change.title,
        "because": change.why,
        "automatic": change.layer != "person",
        "safe": change.safe,
        "records": [{"name": one.name, "type": one.type, "values": list(one.values)} for one in change.records],
        "before": [{"name": one.name, "type": one.type, "values": list(one.values)} for one in change.before],
        "steps": list(change.steps),
        "verify": change.verify,
        "undo": change.undo,
    }


def _shown(goal: Goal, plan: Plan) -> PlanShown:
    from mailstrata.reports.domain_plan import PlanShown

    return PlanShown(
        domain=goal.domain,
        region=goal.region,
        changes=tuple(_change_shown(change) for change in plan.changes),
        right=plan.right,
        gaps=tuple((gap.subject, gap.reason + (f" (needs {gap.needs})" if gap.needs else "")) for gap in plan.gaps),
    )


def _change_shown(change: Change) -> ChangeShown:
    from mailstrata.reports.domain_plan import ChangeShown

    return ChangeShown(
        id=change.id,
        title=change.title,
        why=change.why,
        by_person=change.layer == "person",
        safe=change.safe,
        records=change.records,
        before=change.before,
        steps=change.steps,
        verify=change.verify,
        undo=change.undo,
    )
