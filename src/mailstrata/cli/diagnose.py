"""``mailstrata diagnose``: tests every layer, attributes every failed mail, ranks the fixes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.bounces.bounce import Bounce
    from mailstrata.diagnosis.evidence import Evidence
    from mailstrata.model.attempt import Attempt, Case
    from mailstrata.model.diagnosis import Diagnosis
    from mailstrata.model.ports import Asker
    from mailstrata.model.setup import Setup

STATUS = {"healthy": 0, "broken": 1, "degraded": 1, "undetermined": 3}
"""The exit status of each verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments of a diagnosis."""

    setup: str | None = None
    lab: str | None = None
    sender: str = ""
    recipients: tuple[str, ...] = ()
    bounces: tuple[str, ...] = ()
    error: str = ""
    evidence: str | None = None
    offline: bool = False
    budget: float | None = None
    probe_send: bool = False


@click.command("diagnose")
@click.option(
    "--from", "sender", default="", metavar="ADDRESS", help="The sender: an alias, or any address of the domain."
)
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="A recipient; may be given several times.")
@click.option(
    "--bounce",
    "bounces",
    multiple=True,
    metavar="FILE",
    help="A bounce as a raw mail (.eml), SES's event as JSON, an mbox or a folder of them; - is stdin.",
)
@click.option("--error", default="", metavar="TEXT", help="The text of an error that somebody saw.")
@click.option("--evidence", metavar="FILE", help="Replay a recording instead of asking the world.")
@click.option("--save", metavar="FILE", help="Write a recording of what was seen; it holds no secret.")
@click.option("--offline", is_flag=True, help="Ask nobody: judge only what is given.")
@click.option(
    "--budget", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Total time; later answers are unknown."
)
@click.option("--letter", is_flag=True, help="Print only the messages to whoever else must act, ready to send.")
@click.option("--probe-send", is_flag=True, help="Allow test messages to SES's own mailbox simulator.")
@options.world
@options.as_json
def command(*, save: str | None, as_json: bool, letter: bool, **arguments: object) -> int:
    """Test every layer, attribute every failed mail to the layer that lost it, and rank the fixes.

    Without --bounce, --error or --to it looks at the setup as it stands and says where the next mail would stop.
    Nothing is changed and nothing is sent.

    \b
    Examples:
      mailstrata diagnose
      mailstrata diagnose --bounce bounce.eml --bounce ndr.eml
      mailstrata diagnose --bounce ndr.eml --letter > to-their-admin.txt
      mailstrata diagnose --from admin@sailing.example --to peter@dock.example
      mailstrata diagnose --lab two-faults --save case.world
    """  # noqa: D301 - click wants a real backspace
    if letter and as_json:
        raise Refusal("--letter prints plain text", "with --json the letters stand in the document, under each fix")
    wanted = Wanted(**arguments)  # type: ignore[arg-type]
    return options.run(_diagnose(wanted, save=save, shown=show_letters if letter else partial(show, as_json=as_json)))


async def _diagnose(wanted: Wanted, *, save: str | None, shown: Callable[[Diagnosis], None]) -> int:
    diagnosis, evidence, case = await diagnosed(wanted)
    shown(diagnosis)
    if save:
        from mailstrata.formats import world
        from mailstrata.reports.safe import safe

        options.write(save, world.render(dict(evidence.items()), case).encode())
        click.echo(safe(f"recorded in {save}: replay it with mailstrata diagnose --evidence {save}"), err=True)
    return STATUS[diagnosis.verdict]


def show(diagnosis: Diagnosis, *, as_json: bool) -> None:
    """Print a diagnosis as the document or as the report."""
    if as_json:
        from mailstrata.reports import document

        click.echo(document.render(diagnosis), nl=False)
    else:
        from mailstrata.reports import human, terminal

        terminal.show(lambda width: human.page(diagnosis, width=width), sys.stdout)


def show_letters(diagnosis: Diagnosis) -> None:
    """Print the letters and nothing else; that there is none is said on stderr."""
    from mailstrata.reports import letters, terminal

    if not diagnosis.letters:
        click.echo("nobody has to be written to: nothing that was found is somebody else's to mend by letter", err=True)
    terminal.show(lambda _: letters.page(diagnosis.letters), sys.stdout)


async def diagnosed(wanted: Wanted) -> tuple[Diagnosis, Evidence, Case]:
    """The diagnosis that was asked for, with its fixes, what was seen, and the case."""
    from mailstrata.cli.progress import Line
    from mailstrata.diagnosis.diagnose import diagnose
    from mailstrata.repair.plan import planned

    async with _asked(wanted) as (case, asker, evidence, budget):
        with Line() as line:
            found, seen = await diagnose(case, asker, evidence=evidence, budget=wanted.budget or budget, progress=line)
    return planned(found), seen, case


@contextlib.asynccontextmanager
async def _asked(wanted: Wanted) -> AsyncIterator[tuple[Case, Asker, Evidence | None, float]]:
    """The case, whom to ask, what is known already, and the time budget."""
    from mailstrata.diagnosis.diagnose import Offline

    if wanted.evidence:
        case, evidence = _recorded(wanted)
        yield case, Offline("not in this recording"), evidence, 20.0
        return
    from mailstrata.wiring import stage

    async with stage(setup=wanted.setup, lab=wanted.lab, probe_sends=wanted.probe_send) as here:
        attempts = tuple(_bounced(wanted.bounces)) or await here.attempts()
        asker: Asker = Offline("asking is off (--offline)") if wanted.offline else here.asker()
        yield _case(wanted, here.settings.setup, attempts, here.clock.now()), asker, None, here.settings.network.budget


def _recorded(wanted: Wanted) -> tuple[Case, Evidence]:
    from mailstrata.diagnosis.evidence import Evidence
    from mailstrata.formats import world

    if wanted.bounces or wanted.error or wanted.recipients or wanted.lab:
        raise Refusal("--evidence replays a whole case", "give it alone, with --json or --save at most")
    path = wanted.evidence or ""
    recording = world.parse(options.read_text(path), path)
    if recording.case is None:
        raise Refusal(
            f"{path} has no case: at and setup lines are missing", "a recording is made by diagnose --save FILE"
        )
    return recording.case, Evidence(recording.facts)


def _bounced(files: tuple[str, ...]) -> tuple[Attempt, ...]:
    from mailstrata.adapters.mail_files import mails
    from mailstrata.bounces.attempts import attempts
    from mailstrata.bounces.records import bounces_in

    found: list[Bounce] = []
    for path in files:
        bounces = [bounce for mail in mails([path], _raised) for bounce in bounces_in(mail.raw, source=mail.name)]
        if not bounces:
            raise Refusal(
                f"{path}: no bounce is in it", "give the whole bounce with its headers (Gmail: Show original)"
            )
        found.extend(bounces)
    return attempts(found)


def _raised(refusal: Refusal) -> None:
    raise refusal


def _case(wanted: Wanted, setup: Setup, attempts: tuple[Attempt, ...], at: datetime) -> Case:
    from mailstrata.diagnosis.case import open_case
    from mailstrata.model import names

    return open_case(
        setup,
        at=at,
        attempts=attempts,
        sender=names.address(wanted.sender) if wanted.sender else "",
        recipients=tuple(names.address(recipient) for recipient in wanted.recipients),
        error=wanted.error,
    )
