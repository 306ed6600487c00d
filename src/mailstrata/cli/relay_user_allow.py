"""``mailstrata relay user allow``: another address for a login."""

from __future__ import annotations

import click

from mailstrata.cli import options, relay_users


@click.command("allow")
@click.argument("name")
@click.argument("senders", metavar="ADDRESS...", nargs=-1, required=True)
@options.world
@options.as_json
def command(name: str, senders: tuple[str, ...], setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Let the login NAME send as ADDRESS too: an address, or @domain for every address of a domain.

    It counts at once, also in sessions that are open. To take one away, revoke the login and make another.
    """
    from mailstrata.relay.users import matched
    from mailstrata.relay.users import senders as canonical
    from mailstrata.reports.safe import safe

    with relay_users.opened(setup, lab) as here:
        here.users.allow(name, canonical(senders))
        if as_json:
            relay_users.document(here, name)
            return 0
        user = here.users.user(name)
        assert user is not None
        click.echo(safe(f"{name} may send as {', '.join(matched(user.senders))}"))
    return 0
