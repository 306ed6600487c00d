"""``mailstrata relay user revoke``: end a login at once."""

from __future__ import annotations

import click

from mailstrata.cli import options, relay_users


@click.command("revoke")
@click.argument("name")
@options.world
def command(name: str, setup: str | None, lab: str | None) -> int:
    """End the login NAME: its passwords are deleted, and what it still tries to send is refused, also in open sessions.

    What SES has taken already is not called back. `relay user rotate NAME` brings the login back with a new password.
    """
    with relay_users.opened(setup, lab) as here:
        here.users.revoke(name, here.now)
    click.echo(f"{name} is revoked: its passwords are deleted, and nothing more is sent for it")
    return 0
