"""``mailstrata relay user revoke``: end a login at once."""

from __future__ import annotations

import click

from mailstrata.cli import options, relay_users


@click.command("revoke")
@click.argument("name")
@click.option("--drop", is_flag=True, help="Give up, too, what the relay has taken over for it and not sent yet.")
@options.world
@options.as_json
def command(name: str, setup: str | None, lab: str | None, *, drop: bool, as_json: bool) -> int:
    """End the login NAME: its passwords are deleted, and what it still tries to send is refused, also in open sessions.

    What SES has taken already is not called back. Mails that the relay answers for already are still sent, without
    --drop. `relay user rotate NAME` brings the login back with a new password.
    """
    from mailstrata.adapters import relay_ledger
    from mailstrata.reports.safe import safe

    with relay_users.opened(setup, lab) as here:
        here.users.revoke(name, here.now)
        relay_ledger.prepare(here.base)
        dropped = relay_ledger.drop(here.base, name) if drop else 0
        waiting = relay_ledger.waiting(here.base, name)
        if as_json:
            relay_users.document(here, name, waiting=waiting, dropped=dropped)
            return 0
    click.echo(safe(f"{name} is revoked: its passwords are deleted, and nothing more is taken from it"))
    if dropped:
        click.echo(f"{_mails(dropped)} that waited in the relay {_are(dropped)} given up, without a notice.")
    if waiting:
        click.echo(
            f"{_mails(waiting)} that the relay took over before {_are(waiting)} still sent; --drop gives them up."
        )
    return 0


def _mails(count: int) -> str:
    return f"{count} mail{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
