"""``mailstrata relay user``: who may log in at the relay, and send as what."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mailstrata.cli.subcommands import Subcommands

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "add": ("relay_user_add", "Make a login, and print what to type into Gmail's dialogue."),
    "list": ("relay_user_list", "Show every login: what it may send as, its passwords, last use."),
    "allow": ("relay_user_allow", "Let a login send as another address or domain."),
    "rotate": ("relay_user_rotate", "Make a second password; the old one works on for a while."),
    "revoke": ("relay_user_revoke", "End a login at once."),
}
"""Each subcommand's name, its module in `mailstrata.cli`, and its line in the list."""


@click.group("user", cls=Subcommands, listed=SUBCOMMANDS)
def command() -> None:
    """Logins of the relay. A running relay goes by every change from the next command of a client on.

    Passwords are made here, shown once, and kept as argon2id hashes only.
    """
