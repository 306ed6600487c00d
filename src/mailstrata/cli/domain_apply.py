"""``mailstrata domain apply``: makes the changes of a plan, proves them, diagnoses again; or takes the last ones back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from mailstrata.model.diagnosis import Diagnosis
    from mailstrata.repair.appliers import Step
    from mailstrata.repair.domain.goal import Goal
    from mailstrata.wiring import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    changes: tuple[str, ...]
    apply: bool
    undo: bool
    as_json: bool


@click.command("apply")
@click.argument("domain", required=False, default="", metavar="[DOMAIN]")
@click.option("--change", "changes", multiple=True, metavar="ID", help="This change alone; may be given several times.")
@click.option("--apply", is_flag=True, help="Do it. Without this the plan is printed and nothing is changed.")
@click.option("--undo", is_flag=True, help="Take the last run back: put what stood there before in its place again.")
@options.world
@options.as_json
def command(domain: str, *, setup: str | None, lab: str | None, **rest: object) -> int:
    """Make the changes of `domain plan` one at a time, prove each with own eyes, and diagnose again.

    Each change is written into the ledger before it is made. One that is not safe is made only when --change names it.

    \b
    Examples:
      mailstrata domain apply                               the plan
      mailstrata domain apply sailing.example --apply       all safe changes
      mailstrata domain apply sailing.example --undo --apply
    """  # noqa: D301 - click wants a real backspace
    return options.run(_applied(domain, _Wanted(**rest), setup=setup, lab=lab))  # type: ignore[arg-type]


async def _applied(domain: str, wanted: _Wanted, *, setup: str | None, lab: str | None) -> int:
    from mailstrata.cli.domain_plan import goal_of
    from mailstrata.model import names
    from mailstrata.wiring import stage

    async with stage(setup=setup, lab=lab) as here:
        goal = goal_of(here.settings.setup, names.domain(domain) if domain else here.settings.setup.domain)
        if not wanted.apply:
            return await _only_planned(here, goal, wanted)
        steps, failure = await _carried_out(_work(here, goal, wanted), quiet=wanted.as_json)
        told = await _told(here, goal, steps, failure=failure, as_json=wanted.as_json)
        return 4 if failure or (wanted.undo and not all(step.done for step in steps)) else told


async def _only_planned(here: Stage, goal: Goal, wanted: _Wanted) -> int:
    from mailstrata.cli.domain_plan import evidence, show, status
    from mailstrata.repair.domain.apply import planned

    if wanted.undo:
        raise Refusal("--undo changes AWS and DNS", "add --apply to carry it out")
    plan, _ = await planned(goal, evidence(here, goal), here.tools(False))
    _known(wanted.changes, [change.id for change in plan.changes])
    show([(goal, plan)], shape="table", as_json=wanted.as_json)
    return status([plan])


def _known(asked: tuple[str, ...], there: list[str]) -> None:
    for name in asked:
        if name not in there:
            raise Refusal(f"the plan has no change {name}", "it has " + (", ".join(there) or "none"))


async def _work(here: Stage, goal: Goal, wanted: _Wanted) -> AsyncIterator[Step]:
    from mailstrata.cli.domain_plan import evidence
    from mailstrata.repair.domain.apply import Choice, applied, planned
    from mailstrata.repair.domain.undo import undone

    tools = here.tools(False)
    if wanted.undo:
        async for step in undone(goal.domain, tools):
            yield step
        return
    base = evidence(here, goal)
    if wanted.changes:
        plan, _ = await planned(goal, base, tools)
        _known(wanted.changes, [change.id for change in plan.automatic])
    async for step in applied(goal, Choice(named=frozenset(wanted.changes), evidence=base), tools):
        yield step


async def _carried_out(work: AsyncIterator[Step], *, quiet: bool) -> tuple[list[Step], Refusal | None]:
    """All steps until one is refused; each is shown as soon as it is done."""
    from mailstrata.reports.safe import safe

    steps: list[Step] = []
    try:
        async for step in work:
            steps.append(step)
            if not quiet:
                click.echo(f"{'✓' if step.done else '◌'} {safe(step.text)}")
    except Refusal as refusal:
        if not steps and refusal.status == 2:
            raise
        if not quiet:
            click.echo(f"✗ {safe(refusal.message)}" + (f" ({safe(refusal.hint)})" if refusal.hint else ""))
        return steps, refusal
    return steps, None


async def _told(here: Stage, goal: Goal, steps: list[Step], *, failure: Refusal | None, as_json: bool) -> int:
    """The diagnosis after it, and the exit status: of another domain than the setup's the steps alone tell."""
    from mailstrata.cli.diagnose import STATUS
    from mailstrata.cli.fix import examined
    from mailstrata.diagnosis.case import open_case

    setup = here.settings.setup
    found = await examined(here, open_case(setup, at=here.clock.now())) if goal.domain == setup.domain else None
    if as_json:
        from mailstrata.reports import document

        told: dict[str, object] = {
            "schema": "mailstrata.domain-apply/1",
            "domain": goal.domain,
            "steps": [{"text": step.text, "done": step.done} for step in steps],
            "failure": {"message": failure.message, "hint": failure.hint} if failure else None,
            "diagnosis": document.document(found) if found else None,
        }
        click.echo(document.dumps(told), nl=False)
    else:
        _show(found, nothing=not steps and not failure)
    return STATUS[found.verdict] if found else int(not all(step.done for step in steps))


def _show(found: Diagnosis | None, *, nothing: bool) -> None:
    if nothing:
        click.echo("Nothing was there to change for a machine; mailstrata domain plan says what is left for a person.")
    if found:
        from mailstrata.reports import answer, terminal
        from mailstrata.reports.story import Story

        click.echo()
        terminal.show(lambda width: answer.answer(Story.of(found), min(width, 100)), sys.stdout)
