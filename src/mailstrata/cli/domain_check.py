"""``mailstrata domain check``: identity, DKIM, SPF, DMARC and MAIL FROM of one domain or of hundreds."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from mailstrata.cli import options
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from mailstrata.cli.domain_paths import Looking
    from mailstrata.diagnosis.domain_state import DomainState
    from mailstrata.model.ports import Asker
    from mailstrata.model.setup import Setup
    from mailstrata.reports.domain_check import DomainShown

    Both = tuple[DomainState, Mapping[str, Any]]

NOT_ASKED = "AWS was not asked (--dns-only)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments."""

    domains: tuple[str, ...]
    file: str | None
    everything: bool
    dns_only: bool
    since: str | None
    out: str | None
    resume: bool
    as_json: bool
    jsonl: bool

    @property
    def many(self) -> bool:
        """Whether it is a run over domains, even if there is one, and not a look at one."""
        kept = self.out or self.resume or self.since
        return bool(self.file or self.everything or kept or len(self.domains) > 1)


@click.command("check")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option(
    "--file", metavar="FILE", help="A list: a domain a line, its region behind it where that differs; - is stdin."
)
@click.option("--all", "everything", is_flag=True, help="Every domain identity of the account, in every region.")
@click.option("--dns-only", is_flag=True, help="Ask DNS alone, and nothing of AWS.")
@click.option("--since", metavar="FILE", help="Show what changed since a run that was kept with --out or --jsonl.")
@click.option("--out", metavar="FILE", help="Keep each result there as soon as it is known, a line of JSON a domain.")
@click.option("--resume", is_flag=True, help="Go on with a run that --out began; what it holds is not asked again.")
@click.option("--jsonl", is_flag=True, help="Print a line of JSON a domain and nothing else.")
@options.world
@options.as_json
def command(*, setup: str | None, lab: str | None, **arguments: object) -> int:
    """Compare what is published with what SES expects in each region, and say what is wrong and what to publish.

    Without a domain the setup's own is looked at. One domain is told with its identities in every region, and at the end with
    what SPF, DKIM and DMARC say at a receiver of each way in which it sends, now and after `domain plan`.

    Many domains are looked at together, SES being asked once a second in each region; one table shows them, the worst first.
    Nothing is changed.

    \b
    Examples:
      mailstrata domain check
      mailstrata domain check --file domains.txt --out monday.jsonl
      mailstrata domain check --all --since monday.jsonl
    """  # noqa: D301 - click wants a real backspace
    wanted = Wanted(**arguments)  # type: ignore[arg-type]
    if wanted.many:
        from mailstrata.cli.domain_fleet import fleet

        return options.run(fleet(wanted, setup=setup, lab=lab))
    return options.run(_one(wanted, setup=setup, lab=lab))


async def _one(wanted: Wanted, *, setup: str | None, lab: str | None) -> int:
    named = wanted.domains[0] if wanted.domains else ""
    state, found = await (_by_dns if wanted.dns_only else _whole)(named, setup=setup, lab=lab)
    _show(replace(shown(state), **found), wanted)
    return status(state.verdict)


async def _whole(named: str, *, setup: str | None, lab: str | None) -> Both:
    """With all that the operator can ask."""
    from mailstrata.cli.domain_fleet import setup_of
    from mailstrata.model import names
    from mailstrata.wiring import surroundings, with_setup

    async with surroundings(setup=setup, lab=lab) as here:
        made = setup_of(here.setup, names.domain(named) if named else "")
        async with with_setup(here, made) as stage:
            budget = stage.settings.network.budget
            async with _ahead(stage.asker(), made, budget) as asker:
                from mailstrata.cli.domain_paths import Looking

                return await _both(Looking(setup=made, at=stage.clock.now(), budget=budget, stage=stage), asker)


async def _by_dns(named: str, *, setup: str | None, lab: str | None) -> Both:
    """With DNS alone: nothing of AWS is imported, so that it answers at once."""
    from mailstrata.cli.domain_fleet import setup_of
    from mailstrata.model import names
    from mailstrata.wiring import dns_world

    async with dns_world(NOT_ASKED, setup=setup, lab=lab) as here:
        made = setup_of(here.settings.setup, names.domain(named) if named else "")
        budget = here.settings.network.budget
        async with _ahead(here.asker, made, budget) as asker:
            from mailstrata.cli.domain_paths import Looking

            return await _both(Looking(setup=made, at=here.clock.now(), budget=budget), asker)


@contextlib.asynccontextmanager
async def _ahead(world: Asker, setup: Setup, budget: float) -> AsyncIterator[Asker]:
    """An asker that is on its way already: the first questions are answered while all that judges them is imported."""
    from mailstrata.adapters.asker import Shared
    from mailstrata.diagnosis.foresight import foreseen

    asker = Shared(world)
    ahead = asyncio.create_task(foreseen(asker, setup.domain, budget=budget))
    try:
        await asyncio.to_thread(_imported)
        yield asker
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)
        await asker.close()


def _imported() -> None:
    """Import what judges and what shows."""
    for name in ("diagnosis.domain_state", "cli.domain_paths", "diagnosis.domain_view", "reports.domain_check"):
        import_module(f"mailstrata.{name}")


async def _both(looking: Looking, asker: Asker) -> Both:
    """Faults and records, and what stands beside them on the page, looked at together."""
    from mailstrata.cli.domain_paths import beside, looked
    from mailstrata.cli.progress import Line
    from mailstrata.diagnosis.domain_state import examined

    with Line() as line:
        state, found = await asyncio.gather(
            examined(looking.setup, asker, at=looking.at, budget=looking.budget, progress=line),
            looked(looking, asker),
        )
    return state, beside(found)


def status(verdict: str) -> int:
    """The exit status of a verdict."""
    from mailstrata.cli.diagnose import STATUS

    return STATUS[verdict]


def shown(state: DomainState) -> DomainShown:
    """The state for `reports`, with the fixes of each region."""
    from mailstrata.repair.plan import planned
    from mailstrata.reports.domain_check import DomainShown, RecordShown

    return DomainShown(
        domain=state.domain,
        diagnoses=tuple(planned(one) for one in state.diagnoses),
        records=tuple(
            RecordShown(purpose=one.purpose, record=one.record, state=one.state, found=one.found)
            for one in state.records
        ),
    )


def _show(told: DomainShown, wanted: Wanted) -> None:
    from mailstrata.reports import domain_check

    if wanted.as_json or wanted.jsonl:
        from mailstrata.cli.domain_fleet import line
        from mailstrata.reports import document

        found = domain_check.domain_document(told)
        click.echo(line(found) if wanted.jsonl else document.dumps(found), nl=False)
        return
    from mailstrata.reports import terminal

    terminal.show(lambda width: domain_check.page(told, width=width), sys.stdout)
