"""``mailstrata relay user add``: a login with its first password, and Gmail's dialogue field by field."""

from __future__ import annotations

import click

from mailstrata.cli import options, relay_users


@click.command("add")
@click.argument("name")
@click.option("--from", "senders", metavar="ADDRESS", multiple=True, required=True,
              help="What it may send as: an address, or @domain for every address of a domain. Several times.")  # fmt: skip
@click.option("--rate", metavar="N", type=click.IntRange(0), default=0,
              help="Recipients a minute; default: no limit of its own.")  # fmt: skip
@click.option("--daily", metavar="N", type=click.IntRange(0), default=0,
              help="Recipients a day (UTC); default: no limit of its own.")  # fmt: skip
@relay_users.secret_options
@options.world
@options.as_json
def command(name: str, senders: tuple[str, ...], rate: int, daily: int, *, expires: int | None, out: str | None,
            show: bool, setup: str | None, lab: str | None, as_json: bool) -> int:  # fmt: skip
    """Make the login NAME, and print what to type into Gmail's dialogue, the password among it.

    The password is shown this once. Lost, another is made: relay user rotate NAME.

    Exit status: 0, or 2 when the name is taken.
    """
    from mailstrata.relay.users import User
    from mailstrata.relay.users import senders as canonical
    from mailstrata.reports.safe import safe

    allowed = canonical(senders)
    relay_users.name_of(name)
    relay_users.ready_to_show(show=show, out=out, as_json=as_json)
    with relay_users.opened(setup, lab) as here:
        here.users.add(User(name=name, senders=allowed, created=here.now, rate=rate, daily=daily))
        made = relay_users.give(here, name, days=expires)
        password = relay_users.handed_out(made, out=out)
        if as_json:
            port, security = relay_users.gmail_door(here)
            gmail = {"server": here.settings.name, "port": port, "username": name, "security": security}
            relay_users.document(here, name, gmail={**gmail, **relay_users.shown_as(made, out=out)})
            return 0
        address = next((one for one in allowed if not one.startswith("@")), f"any address of {allowed[0][1:]}")
        for line in relay_users.gmail_dialogue(here, name, password, address):
            click.echo(safe(line))
    return 0
