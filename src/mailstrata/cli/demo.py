"""``mailstrata demo``: an incident diagnosed and repaired end to end, in the lab."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options

if TYPE_CHECKING:
    from mailstrata.lab.client import LabClient
    from mailstrata.model.diagnosis import Diagnosis
    from mailstrata.wiring import Stage


@click.command("demo")
@click.argument("scenario", default="two-faults")
def command(scenario: str) -> int:
    """Play an incident in the lab: what was lost and why, the automatic fixes, the human step, and the proof.

    Nothing outside this machine is touched. SCENARIO is two-faults by default; mailstrata lab list names others.
    """
    return options.run(_demo(scenario))


async def _demo(scenario: str) -> int:
    from mailstrata.lab.client import opened
    from mailstrata.wiring import on_lab

    async with opened(scenario) as lab:
        about = await lab.about()
        _chapter(1, about["title"])
        _say(about["story"])
        async with on_lab(lab) as here:
            found = await _first(here)
            _chapter(3, "The automatic fixes")
            failed = await _repair(here, found)
        _chapter(4, "The step that only a person can do")
        await _retype(lab)
        _chapter(5, "The same mails once more")
        async with on_lab(lab) as here:
            after = await _again(here, lab)
        return 1 if failed or after.verdict != "healthy" else 0


async def _first(here: Stage) -> Diagnosis:
    from mailstrata.cli.diagnose import show
    from mailstrata.cli.fix import examined, first_case

    _chapter(2, "mailstrata diagnose")
    found = await examined(here, await first_case(here))
    show(found, as_json=False)
    return found


async def _repair(here: Stage, found: Diagnosis) -> bool:
    from mailstrata.cli.fix import carried_out
    from mailstrata.reports import fixes, terminal

    chosen = [fix for fix in found.fixes if fix.automatic]
    run, failed = await carried_out(here, found, chosen, confirmed=False)
    terminal.show(lambda width: fixes.page(run, width=min(width, 100)), sys.stdout)
    return failed


async def _retype(lab: LabClient) -> None:
    """What a person does in Gmail's dialogue, done by the lab's Gmail: with what the fix has stored."""
    from mailstrata.wiring import on_lab

    async with on_lab(lab) as here:
        for alias in here.settings.setup.aliases:
            if not alias.secret:
                continue
            stored = await here.tools(False).secrets.read(alias.secret)
            shown = await lab.retype(alias.address, username=stored["username"], password=stored["password"])
            _say(
                f"In Gmail, under Send mail as, the username {stored['username']} and the stored password are typed in "
                f"for {alias.address}. Gmail logs in and says: {shown['shown']}"
            )


async def _again(here: Stage, lab: LabClient) -> Diagnosis:
    """Send again, and diagnose the new mails only."""
    from mailstrata.cli.diagnose import show
    from mailstrata.cli.fix import examined
    from mailstrata.diagnosis.case import open_case

    since = here.clock.now()
    _say(f"{await lab.resend()} mails are sent again, the same ways.")
    tried = [attempt for attempt in await here.attempts() if attempt.at is not None and attempt.at >= since]
    case = open_case(here.settings.setup, at=await lab.now(), attempts=tried)
    found = await examined(here, case)
    show(found, as_json=False)
    return found


def _chapter(number: int, title: str) -> None:
    click.echo("\n" + click.style(f"{number}  {title}", bold=True) + "\n")


def _say(text: str) -> None:
    click.echo(click.wrap_text(" ".join(text.split()), width=96, initial_indent="   ", subsequent_indent="   "))
