"""``mailstrata domain``: identity, DKIM, SPF, DMARC, MAIL FROM and MX of a domain, planned and published."""

from __future__ import annotations

from collections.abc import Mapping

import click

from mailstrata.cli.subcommands import Subcommands

SUBCOMMANDS: Mapping[str, tuple[str, str]] = {
    "check": ("domain_check", "Compare what is published with what SES expects; one domain or hundreds."),
    "plan": ("domain_plan", "Say what has to change, by whom, and print the records."),
    "apply": ("domain_apply", "Make the changes, prove them, diagnose again; or undo the last ones."),
}
"""Each subcommand's name, its module in `mailstrata.cli`, and its line in the list."""


@click.group("domain", cls=Subcommands, listed=SUBCOMMANDS)
def command() -> None:
    """The records and settings by which a domain sends through SES: what is wanted, what is there, and the way between.

    What is wanted stands in the setup: region, MAIL FROM domain, DMARC policy. Records that stand there already are merged
    with, never overwritten; what leads to somebody else's server is left alone.
    """
