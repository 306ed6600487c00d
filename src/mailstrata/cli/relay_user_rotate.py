"""``mailstrata relay user rotate``: a second password beside the first, so that Gmail is never locked out."""

from __future__ import annotations

from datetime import timedelta

import click

from mailstrata.cli import options, relay_users


@click.command("rotate")
@click.argument("name")
@click.option("--overlap", metavar="DAYS", type=click.IntRange(0, 365), default=7, show_default=True,
              help="Days for which the password before it works on.")  # fmt: skip
@relay_users.secret_options
@options.world
@options.as_json
def command(name: str, overlap: int, *, expires: int | None, out: str | None, show: bool, setup: str | None,
            lab: str | None, as_json: bool) -> int:  # fmt: skip
    """Make another password for the login NAME; the one before it works on for a week.

    At most two live at a time: the older of two ends at once. A login that was revoked comes back with this password only.
    """
    relay_users.ready_to_show(show=show, out=out, as_json=as_json)
    with relay_users.opened(setup, lab) as here:
        made = relay_users.give(here, name, days=expires, overlap=timedelta(days=overlap))
        password = relay_users.handed_out(made, out=out)
        if as_json:
            relay_users.document(here, name, **relay_users.shown_as(made, out=out))
            return 0
        click.echo(f"New password of {name}: {password}")
        user = here.users.user(name)
        assert user is not None
        before = [secret for secret in user.live(here.now)][:-1]
        for secret in before:
            click.echo(f"The one of {secret.created:%Y-%m-%d} works until {secret.expires:%Y-%m-%d %H:%M} UTC.")
        click.echo(
            'Gmail: Settings, Accounts and Import, Send mail as, "edit info" beside the address, Next, Password.'
        )
    return 0
