"""``mailstrata credentials``: SES SMTP passwords derived, tested, explained and rotated."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mailstrata.cli.subcommands import Subcommands

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "derive": ("credentials_derive", "Make the SMTP password of a secret access key for a region."),
    "check": ("credentials_check", "Log in at SES with every port and mechanism, and tell what is wrong."),
    "explain": ("credentials_explain", "Name the mistake behind a password that SES refuses."),
    "rotate": ("credentials_rotate", "Replace the key behind a password; at each moment one works."),
    "list": ("credentials_list", "Show age and use of every key that can log in, and who would miss it."),
    "policy": ("credentials_policy", "Print the least IAM policy for a job of mailstrata."),
}
"""Each subcommand's name, its module in `mailstrata.cli`, and its line in the list."""


@click.group("credentials", cls=Subcommands, listed=SUBCOMMANDS)
def command() -> None:
    """SES SMTP passwords: derive one, test it by logging in, explain why it is refused, rotate it without downtime.

    The password is a function of an IAM secret access key and a region. Neither is ever taken as an argument, which
    everybody on the machine could read: they come from a prompt, from stdin, from the environment or from a place.
    """
