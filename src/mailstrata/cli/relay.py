"""``mailstrata relay``: the SMTP endpoint for Gmail's "Send mail as" that sends through the SES API."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mailstrata.cli.subcommands import Subcommands

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("relay_serve", "Run the relay of the setup until it is told to stop."),
    "user": ("relay_user", "Who may log in, and send as what: add, list, allow, rotate, revoke."),
    "unsettled": ("relay_unsettled", "Mails that got no answer from SES: sent or not, nobody knows."),
    "settle": ("relay_settle", "Say what became of such a mail."),
    "doctor": ("relay_doctor", "Check what Gmail will see: name, ports, certificate, login, addresses."),
}
"""Each subcommand's name, its module in `mailstrata.cli`, and its line in the list."""


@click.group("relay", cls=Subcommands, listed=SUBCOMMANDS)
def command() -> None:
    """The SMTP endpoint for Gmail's "Send mail as": Gmail logs in with a password of yours, the mail leaves by the SES API.

    So no IAM key stands behind what Gmail holds: keys and roles rotate without Gmail noticing, and each login has its own
    addresses, rate and end.
    """
