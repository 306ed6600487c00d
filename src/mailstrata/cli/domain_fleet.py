"""``domain check`` for many domains: who is looked at, together and paced, kept line by line, and gone on with."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from mailstrata.adapters.files import replace as replace_file
from mailstrata.cli import options
from mailstrata.model.errors import Refusal
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from mailstrata.adapters.asker import Shared
    from mailstrata.cli.domain_check import Wanted
    from mailstrata.diagnosis.domain_state import DomainState
    from mailstrata.model.inventory import Inventory
    from mailstrata.model.ports import Asker, Clock
    from mailstrata.model.setup import Setup
    from mailstrata.reports.document import Json
    from mailstrata.reports.fleet import Row
    from mailstrata.wiring import Stage, Surroundings

TOGETHER = 32
"""Domains that are looked at at once."""
SECONDS = 180.0
"""How long one of them may take, its turns at SES included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What one run works with."""

    asker: Asker
    clock: Clock
    wanted: Wanted
    targets: tuple[Setup, ...]
    kept: dict[str, Row]


async def fleet(wanted: Wanted, *, setup: str | None, lab: str | None) -> int:
    """Look at all of them; the exit status is that of the worst."""
    if wanted.everything and (wanted.domains or wanted.file):
        raise Refusal("--all looks at every domain of the account", "give either --all or the domains")
    since = _kept(wanted.since) if wanted.since else None
    kept = _begun(wanted)
    by_dns = wanted.dns_only and not wanted.everything
    rows, unseen = await (_by_dns if by_dns else _whole)(wanted, kept, setup=setup, lab=lab)
    _show(rows, since, wanted)
    for reason in unseen:
        click.echo(f"not seen: {_safe(reason)}", err=True)
    return _status(rows, gaps=bool(unseen))


async def _whole(
    wanted: Wanted, kept: dict[str, Row], *, setup: str | None, lab: str | None
) -> tuple[list[Row], tuple[str, ...]]:
    """With all that the operator can ask."""
    from mailstrata.adapters.listed import Listed
    from mailstrata.wiring import surroundings, with_setup

    async with surroundings(setup=setup, lab=lab) as here:
        targets = () if wanted.everything else _targets(here.setup, wanted)
        held = await _held(here, targets) if wanted.everything or not wanted.dns_only else None
        if held is not None and wanted.everything:
            targets = _all_of(here.setup, held)
        left = tuple(one for one in targets if one.domain not in kept)
        async with with_setup(here, left[0] if left else here.setup) as stage:
            asker = asker_of(stage, dns_only=wanted.dns_only)
            asker = Listed(asker, held, at=stage.clock.now()) if held is not None and not wanted.dns_only else asker
            run = _Run(asker=asker, clock=stage.clock, wanted=wanted, targets=left, kept=kept)
            return await _looked_at(run), held.unseen if held is not None and wanted.everything else ()


async def _by_dns(
    wanted: Wanted, kept: dict[str, Row], *, setup: str | None, lab: str | None
) -> tuple[list[Row], tuple[str, ...]]:
    """With DNS alone: nothing of AWS is imported."""
    from mailstrata.cli.domain_check import NOT_ASKED
    from mailstrata.wiring import dns_world

    async with dns_world(NOT_ASKED, setup=setup, lab=lab) as here:
        left = tuple(one for one in _targets(here.settings.setup, wanted) if one.domain not in kept)
        run = _Run(asker=here.asker, clock=here.clock, wanted=wanted, targets=left, kept=kept)
        return await _looked_at(run), ()


def setup_of(known: Setup, domain: str, *, region: str = "", regions: tuple[str, ...] = ()) -> Setup:
    """The setup of one domain: the operator's own where it is theirs, else under the same region.

    Raises ``Refusal`` where neither a domain nor a region is known.
    """
    name = domain or known.domain
    if not name:
        raise Refusal("which domain?", "name one, or write a setup with mailstrata init")
    own = name == known.domain
    home = region or known.region or "us-east-1"
    further = tuple(one for one in (regions or known.regions) if one != home)
    if own:
        return replace(known, region=home, regions=further)
    return replace(known, domain=name, region=home, regions=further, aliases=(), mail_from=None)


def asker_of(stage: Stage, *, dns_only: bool) -> Asker:
    """The stage's asker, or one that leaves AWS alone."""
    if not dns_only:
        return stage.asker()
    from mailstrata.adapters.asker import Without
    from mailstrata.adapters.aws_permissions import PERMISSIONS
    from mailstrata.cli.domain_check import NOT_ASKED
    from mailstrata.model.observation import Unknown

    return Without(stage.asker(), tuple(PERMISSIONS), Unknown(reason=NOT_ASKED, needs="AWS", unasked=True))


def line(told: Json) -> str:
    """A document on one line, in pure ASCII."""
    return json.dumps(told, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def _targets(known: Setup, wanted: Wanted) -> tuple[Setup, ...]:
    """Whom to look at, each once: those that are named, those of the list, else the setup's own."""
    from mailstrata.formats import domain_list
    from mailstrata.model import names

    found = [setup_of(known, names.domain(name)) for name in wanted.domains]
    if wanted.file:
        listed = domain_list.parse(options.read_text(wanted.file), wanted.file)
        found += [
            setup_of(known, one.domain, region=next(iter(one.regions), ""), regions=one.regions[1:]) for one in listed
        ]
    if not found:
        found = [setup_of(known, "")]
    return tuple({one.domain: one for one in reversed(found)}.values())[::-1]


async def _held(here: Surroundings, targets: tuple[Setup, ...]) -> Inventory:
    """The identities of SES in the regions of ``targets``, in all regions where there are none."""
    from mailstrata.adapters.aws_inventory import AwsInventory, regions_beside

    regions = tuple(dict.fromkeys(region for one in targets for region in (one.region, *one.regions)))
    if not targets:
        regions = regions_beside(here.setup.region or "us-east-1")
        click.echo(f"looking through {len(regions)} regions", err=True)
    return await AwsInventory(here.aws).identities(regions)


def _all_of(known: Setup, held: Inventory) -> tuple[Setup, ...]:
    """Every domain of the account, in the regions that have it."""
    targets = []
    for name in held.domains:
        places = [one.region for one in held.regions_of(name)]
        targets.append(setup_of(known, name.lower(), region=places[0], regions=tuple(places[1:])))
    return tuple(targets)


async def _looked_at(run: _Run) -> list[Row]:
    """All rows, those of the earlier part of the run first; each result is kept as soon as it is there."""
    from mailstrata.cli.domain_check import shown
    from mailstrata.reports.domain_check import domain_document
    from mailstrata.reports.fleet import row

    rows = list(run.kept.values())
    total = len(run.targets) + len(rows)
    with _opened(run.wanted) as kept:
        async for state in _states(run):
            told = domain_document(shown(state))
            _keep(line(told), run.wanted, kept)
            rows.append(row(told))
            _progress(len(rows), total)
    return rows


async def _states(run: _Run) -> AsyncIterator[DomainState]:
    """Each domain's state as it comes, so many of them under way at once."""
    from mailstrata.adapters.asker import Shared

    shared = Shared(run.asker)
    gate = asyncio.Semaphore(TOGETHER)
    tasks = [asyncio.create_task(_state(run, one, shared, gate)) for one in run.targets]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await shared.close()


async def _state(run: _Run, target: Setup, shared: Shared, gate: asyncio.Semaphore) -> DomainState:
    from mailstrata.diagnosis.domain_state import examined

    async with gate:
        return await examined(target, shared, at=run.clock.now(), budget=SECONDS)


def _begun(wanted: Wanted) -> dict[str, Row]:
    """What an earlier part of this run holds; a file of another run is never written over."""
    if wanted.resume and not wanted.out:
        raise Refusal("--resume goes on with a run that was kept", "name its file with --out")
    if not wanted.out or not Path(wanted.out).exists():
        return {}
    if not wanted.resume:
        raise Refusal(f"{wanted.out} is there already", "go on with it by --resume, or name another file")
    return _kept(wanted.out)


def _kept(name: str) -> dict[str, Row]:
    from mailstrata.reports.fleet import read

    return read(options.read_text(name), name)


def _opened(wanted: Wanted) -> contextlib.AbstractContextManager[TextIO | None]:
    """The file that keeps the results, behind those it holds; a last line that was cut off in writing is taken away."""
    if not wanted.out:
        return contextlib.nullcontext()
    path = Path(wanted.out)
    try:
        held = path.read_text("ascii") if path.exists() else ""
        if not held.endswith("\n"):
            replace_file(path, held[: held.rfind("\n") + 1].encode())
        return path.open("a", encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{wanted.out}: {error}", "name a file that can be written with --out") from error


def _keep(text: str, wanted: Wanted, kept: TextIO | None) -> None:
    if kept is not None:
        kept.write(text)
        kept.flush()
    if wanted.jsonl:
        click.echo(text, nl=False)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{done} of {total} domains" if done < total else "\r\x1b[K", nl=False, err=True)


def _show(rows: list[Row], since: dict[str, Row] | None, wanted: Wanted) -> None:
    from mailstrata.reports import fleet as table

    if wanted.jsonl:
        return
    if wanted.as_json:
        from mailstrata.reports import document

        click.echo(document.dumps(_document(rows, since)), nl=False)
        return
    from mailstrata.reports import terminal

    terminal.show(lambda width: table.page(rows, width=width, since=since), sys.stdout)


def _document(rows: Iterable[Row], since: dict[str, Row] | None) -> Json:
    from mailstrata.reports.fleet import drift

    told = []
    for one in rows:
        entry: Json = {
            "domain": one.domain,
            "regions": list(one.regions),
            "verdict": one.verdict,
            "faults": list(one.faults),
            "warnings": list(one.warnings),
            "undetermined": list(one.unknown),
        }
        if since is not None:
            changed = drift(one, since.get(one.domain))
            entry["since"] = {"fresh": list(changed.fresh), "gone": list(changed.gone), "new": changed.is_new}
        told.append(entry)
    return {"schema": "mailstrata.fleet/1", "domains": told}


def _status(rows: list[Row], *, gaps: bool) -> int:
    verdicts = {one.verdict for one in rows}
    if verdicts & {"broken", "degraded"}:
        return 1
    return 3 if gaps or "undetermined" in verdicts else 0


def _safe(text: str) -> str:
    from mailstrata.reports.safe import safe

    return safe(text)
