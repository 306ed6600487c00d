"""``mailstrata credentials derive``: the SMTP password of a secret access key, for one region or several."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, secret_input
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.model.ports import Secrets


@click.command("derive")
@click.argument("never", nargs=-1, metavar="")
@click.option(
    "--region", "regions", multiple=True, metavar="REGION", help="For which region; may be given several times."
)
@click.option("--secret", "source", metavar="PLACE", help="Where the secret is kept: aws:NAME, env:NAME, …")
@click.option("--show", is_flag=True, help="Show the password on a terminal, or in the JSON document.")
@click.option("--out", metavar="FILE", help="Write it to FILE, which its owner alone can read, and show nothing.")
@options.world
@options.as_json
def command(  # noqa: PLR0917 - click hands over one argument for each option
    never: tuple[str, ...],
    regions: tuple[str, ...],
    source: str | None,
    show: bool,
    out: str | None,
    setup: str | None,
    lab: str | None,
    as_json: bool,
) -> int:
    """Make the SMTP password of an IAM secret access key, for the region of the SMTP endpoint.

    The secret comes from --secret PLACE, from $MAILSTRATA_SECRET, from stdin, or from a prompt that shows nothing. On a
    terminal the password is not shown without --show. The user name is the access key id.

    \b
    Examples:
      mailstrata credentials derive --region us-east-1 --out smtp-password
      mailstrata credentials derive --region us-east-1 --region eu-west-1 --secret aws:mailstrata/smtp/admin
    """  # noqa: D301 - click wants a real backspace
    secret_input.none_as_argument(never)
    found, wanted = options.run(_given(regions, source, setup=setup, lab=lab))
    passwords = _derived(found, wanted)
    if out:
        _written(out, passwords)
    if as_json:
        _document(passwords, show=show)
    elif not out:
        _shown(passwords, show=show or not sys.stdout.isatty())
    return 0


async def _given(
    regions: tuple[str, ...], source: str | None, *, setup: str | None, lab: str | None
) -> tuple[str, tuple[str, ...]]:
    """The secret and the regions; the world is needed only for what was not said."""
    if source is not None:
        secret_input.place(source)
    from mailstrata.formats.settings import Settings
    from mailstrata.model.setup import Setup
    from mailstrata.wiring import places, surroundings

    if regions and not (source or "").startswith(("aws:", "age:")):
        of_machine = places(Settings(setup=Setup(domain="", region="")))
        return await _secret(source, of_machine), tuple(dict.fromkeys(region.strip() for region in regions))

    async with surroundings(setup=setup, lab=lab) as here:
        found = regions or ((here.setup.region,) if here.setup.region else ())
        if not found:
            raise Refusal("no region is known", "give --region: the one in the name of the SMTP endpoint")
        return await _secret(source, here.secrets), tuple(dict.fromkeys(found))


async def _secret(source: str | None, secrets: Secrets) -> str:
    if source:
        return secret_input.usable(await secret_input.from_place(source, secrets, field="secret_access_key"))
    given = secret_input.environment(secret_input.SECRET) or secret_input.asked("Secret access key")
    return secret_input.usable(given)


def _derived(secret: str, regions: tuple[str, ...]) -> dict[str, str]:
    from mailstrata.credentials import shape
    from mailstrata.credentials.derivation import smtp_password
    from mailstrata.formats.ses_regions import doubt

    if shape.looks_right(secret):
        click.echo("warning: this looks like an SMTP password already; derived once more it will be refused", err=True)
    for region in regions:
        if not region:
            raise Refusal("a region is empty", "give the one in the name of the SMTP endpoint, such as us-east-1")
        if doubtful := doubt(region):
            click.echo(f"warning: {doubtful}", err=True)
    return {region: smtp_password(secret, region) for region in regions}


def _written(path: str, passwords: dict[str, str]) -> None:
    from mailstrata.adapters.files import PRIVATE
    from mailstrata.reports.safe import safe

    options.write(path, _text(passwords).encode(), mode=PRIVATE)
    click.echo(safe(f"written to {path}, which only you can read: {', '.join(passwords)}"), err=True)


def _text(passwords: dict[str, str]) -> str:
    """The bare password of one region; of several, a line for each."""
    if len(passwords) == 1:
        return f"{next(iter(passwords.values()))}\n"
    return "".join(f"{region} {password}\n" for region, password in passwords.items())


def _shown(passwords: dict[str, str], *, show: bool) -> None:
    if show:
        click.echo(_text(passwords), nl=False)
        return
    for region, password in passwords.items():
        click.echo(f"{region}  {'*' * 8} ({len(password)} characters; --show shows it, --out FILE keeps it)")


def _document(passwords: dict[str, str], *, show: bool) -> None:
    from mailstrata.reports import document

    rows = [
        {"region": region, "host": f"email-smtp.{region}.amazonaws.com", **({"password": password} if show else {})}
        for region, password in passwords.items()
    ]
    click.echo(document.dumps({"schema": "mailstrata.derivation/1", "passwords": rows}), nl=False)
