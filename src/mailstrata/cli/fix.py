"""``mailstrata fix``: carries out the automatic fixes of a diagnosis, verifies each, and diagnoses again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.cli.diagnose import STATUS
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.model.attempt import Case
    from mailstrata.model.diagnosis import Diagnosis
    from mailstrata.model.finding import Finding, Fix
    from mailstrata.reports.fixes import FixRun, FixShown, StepShown
    from mailstrata.wiring import Stage


@click.command("fix")
@click.argument("ids", nargs=-1, metavar="[FIX-ID]...")
@click.option("--apply", is_flag=True, help="Do it. Without this the plan is printed and nothing is changed.")
@click.option(
    "--diagnosis", "source", metavar="FILE", help="A diagnosis (--json) whose fixes are meant; default: a new one."
)
@click.option("--address-confirmed", is_flag=True, help="You vouch that the suppressed address exists.")
@options.world
@options.as_json
def command(  # noqa: PLR0917 - click hands over one argument for each option
    ids: tuple[str, ...],
    apply: bool,
    source: str | None,
    address_confirmed: bool,
    setup: str | None,
    lab: str | None,
    as_json: bool,
) -> int:
    """Carry out the automatic fixes, or those named, in an order that works; verify each; diagnose again.

    A diagnosis is made first, so that nothing is mended that is no longer broken.

    \b
    Examples:
      mailstrata fix                                the plan
      mailstrata fix remove-suppression --apply     one fix
      mailstrata fix --apply --lab two-faults       all, in the lab
    """  # noqa: D301 - click wants a real backspace
    wanted = _Wanted(ids=ids, apply=apply, source=source, confirmed=address_confirmed, setup=setup, lab=lab)
    return options.run(_fix(wanted, as_json=as_json))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    ids: tuple[str, ...]
    apply: bool
    source: str | None
    confirmed: bool
    setup: str | None
    lab: str | None


async def _fix(wanted: _Wanted, *, as_json: bool) -> int:
    from mailstrata.wiring import stage

    async with stage(setup=wanted.setup, lab=wanted.lab) as here:
        case = await first_case(here)
        found = await examined(here, case)
        chosen = _chosen(found, wanted)
        if not wanted.apply:
            run = _plan(chosen)
            _print(run, found, as_json=as_json)
            return STATUS[found.verdict]
        run, failed = await carried_out(here, found, chosen, confirmed=wanted.confirmed)
        after = await examined(here, next_case(here, case))
        _print(run, after, as_json=as_json)
        return 4 if failed else STATUS[after.verdict]


async def first_case(here: Stage) -> Case:
    """The case as it stands: what the operator knows of failed mails."""
    from mailstrata.diagnosis.case import open_case

    return open_case(here.settings.setup, at=here.clock.now(), attempts=await here.attempts())


def next_case(here: Stage, case: Case) -> Case:
    """The next mails to the same recipients, after a repair."""
    from mailstrata.diagnosis.case import open_case
    from mailstrata.diagnosis.paths import recipients

    return open_case(here.settings.setup, at=here.clock.now(), recipients=recipients(case))


async def examined(here: Stage, case: Case) -> Diagnosis:
    """A diagnosis of ``case`` with its fixes; every question is asked anew."""
    from mailstrata.cli.progress import Line
    from mailstrata.diagnosis.diagnose import diagnose
    from mailstrata.repair.plan import planned

    with Line() as line:
        found, _ = await diagnose(case, here.asker(), budget=here.settings.network.budget, progress=line)
    return planned(found)


def _chosen(found: Diagnosis, wanted: _Wanted) -> tuple[Fix, ...]:
    from mailstrata.repair.catalogue import CATALOGUE

    if wanted.source:
        named = _named(wanted.source)
        others = {one.id for one in found.alternatives}
        return tuple(fix for fix in found.fixes if fix.id in (wanted.ids or named - others))
    for name in wanted.ids:
        if name not in CATALOGUE:
            raise Refusal(f"there is no fix {name}", "mailstrata diagnose lists those that help")
        if name not in {fix.id for fix in found.fixes}:
            raise Refusal(f"nothing here needs {name}", "mailstrata diagnose says what is wrong now")
    others = {one.id for one in found.alternatives}
    return tuple(fix for fix in found.fixes if (fix.id in wanted.ids if wanted.ids else fix.id not in others))


def _named(source: str) -> set[str]:
    """The ids of the fixes in a diagnosis that was printed with ``--json``."""
    import json

    text = options.read_text(source)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{source}: no JSON ({error})", "give what mailstrata diagnose --json printed") from error
    if not isinstance(document, dict) or document.get("schema") != "mailstrata.diagnosis/1":
        raise Refusal(f"{source}: schema is not mailstrata.diagnosis/1", "give what mailstrata diagnose --json printed")
    return {str(fix.get("id")) for fix in document.get("fixes", ()) if isinstance(fix, dict)}


def _plan(chosen: Sequence[Fix]) -> FixRun:
    from mailstrata.reports.fixes import FixRun, FixShown, StepShown, StepState

    shown = []
    for fix in chosen:
        state = StepState.PLANNED if fix.automatic else StepState.WAITING
        steps = tuple(StepShown(text=step, state=state) for step in fix.steps)
        shown.append(FixShown(id=fix.id, title=fix.title, steps=steps, verified=fix.verify, undo=fix.undo))
    return FixRun(fixes=tuple(shown))


async def carried_out(here: Stage, found: Diagnosis, chosen: Sequence[Fix], *, confirmed: bool) -> tuple[FixRun, bool]:
    """Apply ``chosen`` in their order; what comes after one that failed is not tried. Says whether one failed.

    What must come after a person's step waits for the person: an address taken off the suppression list before its server
    takes the mail is put back by the next bounce. Named alone on the command line, a fix waits for nobody.
    """
    from mailstrata.reports.fixes import FixRun

    shown: list[FixShown] = []
    failed: set[str] = set()
    for fix in chosen:
        waits = [one.id for one in shown if one.id in fix.after and one.state == "waiting"]
        if waits and fix.automatic:
            one = _waiting(fix, waits)
        else:
            one = await _applied(here, found, fix, confirmed=confirmed, blocked=bool(failed.intersection(fix.after)))
        shown.append(one)
        if one.state in ("failed", "skipped"):
            failed.add(fix.id)
    return FixRun(fixes=tuple(shown), applied=True), bool(failed)


def _waiting(fix: Fix, others: Sequence[str]) -> FixShown:
    from mailstrata.reports.fixes import FixShown, StepShown, StepState

    first = StepShown(
        text=f"only after {' and '.join(others)}: then mailstrata fix {fix.id} --apply", state=StepState.WAITING
    )
    return FixShown(id=fix.id, title=fix.title, steps=(first,), verified=fix.verify, undo=fix.undo)


async def _applied(here: Stage, found: Diagnosis, fix: Fix, *, confirmed: bool, blocked: bool) -> FixShown:
    from mailstrata.reports.fixes import FixShown, StepShown, StepState

    shown = FixShown(id=fix.id, title=fix.title, verified=fix.verify, undo=fix.undo)
    if blocked or not fix.automatic:
        state = StepState.SKIPPED if blocked else StepState.WAITING
        return replace(shown, steps=tuple(StepShown(text=step, state=state) for step in fix.steps))
    steps: list[StepShown] = []
    for finding in (one for one in found.findings if fix.id in one.fixes):
        steps += await _steps(here, fix.id, finding, confirmed=confirmed)
    return replace(shown, steps=tuple(steps))


async def _steps(here: Stage, name: str, finding: Finding, *, confirmed: bool) -> list[StepShown]:
    from mailstrata.repair.appliers import APPLIERS
    from mailstrata.reports.fixes import StepShown, StepState

    steps: list[StepShown] = []
    try:
        async for step in APPLIERS[name](finding, here.settings.setup, here.tools(confirmed)):
            steps.append(StepShown(text=step.text, state=StepState.DONE))
    except Refusal as refusal:
        steps.append(StepShown(text=refusal.message, state=StepState.FAILED, detail=refusal.hint))
    return steps


def _print(run: FixRun, found: Diagnosis, *, as_json: bool) -> None:
    if as_json:
        from mailstrata.reports import document

        click.echo(document.dumps(_document(run, found)), nl=False)
        return
    from mailstrata.reports import answer, fixes, terminal
    from mailstrata.reports.story import Story

    terminal.show(
        lambda width: (*fixes.page(run, width=min(width, 100)), *answer.answer(Story.of(found), min(width, 100))),
        sys.stdout,
    )
    if not run.applied and run.fixes:
        click.echo("\nNothing was changed. mailstrata fix --apply carries out what a machine can.")


def _document(run: FixRun, found: Diagnosis) -> dict[str, object]:
    from mailstrata.reports import document

    fixes = [
        {
            "id": fix.id,
            "state": fix.state,
            "steps": [{"text": step.text, "state": step.state, "detail": step.detail} for step in fix.steps],
        }
        for fix in run.fixes
    ]
    return {"schema": "mailstrata.fix/1", "applied": run.applied, "fixes": fixes, "diagnosis": document.document(found)}
