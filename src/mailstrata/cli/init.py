"""``mailstrata init``: looks at what the account holds, writes ``mailstrata.toml``, and says at once what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.diagnosis.discovery import Told
    from mailstrata.model.inventory import Inventory
    from mailstrata.model.setup import Setup
    from mailstrata.wiring import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    out: str
    force: bool
    lab: str | None
    as_json: bool


@click.command("init")
@click.option("--domain", default="", metavar="NAME", help="The domain; needed when the account has several.")
@click.option(
    "--region", default="", metavar="REGION", help="The SES region it sends from; needed when several have it."
)
@click.option("--alias", "aliases", multiple=True, metavar="ADDRESS", help='An address of Gmail\'s "Send mail as".')
@click.option("--out", default="mailstrata.toml", metavar="FILE", help="Where to write; default ./mailstrata.toml.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--lab", metavar="SCENARIO", help="Run against the embedded world of that scenario (name or file).")
@options.as_json
def command(domain: str, region: str, aliases: tuple[str, ...], **rest: object) -> int:
    """Look through the AWS account, write a commented mailstrata.toml, and diagnose at once.

    Identities in every region, zones of Route 53 and receipt rules are looked up; nothing in AWS is changed. Exit status: that
    of the diagnosis.

    \b
    Examples:
      mailstrata init
      mailstrata init --domain sailing.example --alias admin@sailing.example
    """  # noqa: D301 - click wants a real backspace
    from mailstrata.diagnosis.discovery import Told
    from mailstrata.formats.ses_regions import is_region
    from mailstrata.model import names

    if region and not is_region(region):
        raise Refusal(f"{region!r} is no name of an AWS region", "such as --region us-east-1")
    told = Told(
        domain=names.domain(domain) if domain else "",
        region=region,
        aliases=tuple(names.address(one) for one in aliases),
    )
    return options.run(_init(told, _Wanted(**rest)))  # type: ignore[arg-type]


async def _init(told: Told, wanted: _Wanted) -> int:
    from mailstrata.diagnosis import discovery
    from mailstrata.formats import settings_text
    from mailstrata.wiring import surroundings

    _free(wanted)
    async with surroundings(lab=wanted.lab) as here:
        inventory = await _inventory(here, told)
        made = await _setup(here, inventory, told)
        text = settings_text.render(made, notes=tuple(discovery.notes(inventory, made)))
        _write(wanted, text)
        return await _diagnosed(here, made, as_json=wanted.as_json)


def _free(wanted: _Wanted) -> None:
    if not wanted.force and Path(wanted.out).exists():
        raise Refusal(f"{wanted.out} is there already", "name another file with --out, or replace it with --force")


async def _inventory(here: Surroundings, told: Told) -> Inventory:
    from mailstrata.adapters.aws_inventory import AwsInventory, regions_beside

    regions = regions_beside(told.region or here.setup.region or "us-east-1")
    click.echo(f"looking through {len(regions)} regions", err=True)
    return await AwsInventory(here.aws).read(regions)


async def _setup(here: Surroundings, inventory: Inventory, told: Told) -> Setup:
    from mailstrata.adapters.aws_ses import SesAnswers
    from mailstrata.diagnosis import discovery
    from mailstrata.model.observation import Seen
    from mailstrata.model.question import SesIdentity

    domain, region = discovery.home(inventory, told)
    identity = await SesAnswers(here.aws, here.network).identity(SesIdentity(region, domain))
    return discovery.setup(inventory, told, identity.value if isinstance(identity, Seen) else None)


def _write(wanted: _Wanted, text: str) -> None:
    from mailstrata.reports.safe import safe

    options.write(wanted.out, text.encode())
    click.echo(safe(f"written: {wanted.out}"), err=True)


async def _diagnosed(here: Surroundings, made: Setup, *, as_json: bool) -> int:
    from mailstrata.cli.diagnose import STATUS, show
    from mailstrata.cli.fix import examined
    from mailstrata.diagnosis.case import open_case
    from mailstrata.wiring import with_setup

    async with with_setup(here, made) as stage:
        found = await examined(stage, open_case(made, at=stage.clock.now()))
    show(found, as_json=as_json)
    return STATUS[found.verdict]
