"""``mailstrata credentials``: SES SMTP passwords derived, tested, explained and rotated."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "derive": ("credentials_derive", "Make the SMTP password of a secret access key for a region."),
    "check": ("credentials_check", "Log in at SES with every port and mechanism, and tell what is wrong."),
    "explain": ("credentials_explain", "Name the mistake behind a password that SES refuses."),
    "rotate": ("credentials_rotate", "Replace the key behind a password; at each moment one works."),
    "list": ("credentials_list", "Show age and use of every key that can log in, and who would miss it."),
    "policy": ("credentials_policy", "Print the least IAM policy for a job of mailstrata."),
}
"""Each subcommand's name, its module in `mailstrata.cli`, and its line in the list."""


class _Subcommands(click.Group):
    """Finds a subcommand's module by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in SUBCOMMANDS:
            return None
        found: click.Command = import_module(f"mailstrata.cli.{SUBCOMMANDS[cmd_name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in SUBCOMMANDS.items()])


@click.group("credentials", cls=_Subcommands)
def command() -> None:
    """SES SMTP passwords: derive one, test it by logging in, explain why it is refused, rotate it without downtime.

    The password is a function of an IAM secret access key and a region. Neither is ever taken as an argument, which
    everybody on the machine could read: they come from a prompt, from stdin, from the environment or from a place.
    """
