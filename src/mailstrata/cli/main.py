"""The list of commands. A command's module is imported when it is called, so that ``--help`` answers at once."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from mailstrata import __version__

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "Look through the account, write mailstrata.toml, say at once what is wrong."),
    "diagnose": ("diagnose", "Test every layer, attribute every failed mail, rank the fixes."),
    "fix": ("fix", "Carry out the automatic fixes of a diagnosis, verify each, diagnose again."),
    "bounce": ("bounce", "Read bounces, NDRs and DSNs: why they failed, whose fault it is, what to do."),
    "credentials": ("credentials", "SES SMTP passwords: derive, test by logging in, explain, rotate, list."),
    "domain": ("domain", "Identity, DKIM, SPF, DMARC, MAIL FROM and MX of a domain: plan and publish."),
    "relay": ("relay", "Gmail logs in here, and the mail leaves by the SES API: serve, users, doctor."),
    "explain": ("explain", "Print what a fault code means and how to put it right."),
    "lab": ("lab", "The embedded world: start it, run a scenario, break something in it."),
    "demo": ("demo", "See an incident diagnosed and repaired end to end, in the lab."),
}
"""Each command's name, its module in `mailstrata.cli`, and its line in the list."""


class _Commands(click.Group):
    """Finds a command's module by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"mailstrata.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 healthy or done, 1 a problem was found, 2 the caller's mistake, 3 could not be determined, "
    "4 a change was refused or failed half-way.",
)
@click.version_option(__version__, prog_name="mailstrata", message="%(prog)s %(version)s")
def commands() -> None:
    """Tells which layer lost a mail between Gmail, Amazon SES and the recipient, repairs what it can, and proves it.

    \b
    Start here:
      mailstrata demo                        the whole story, offline, in a minute
      mailstrata diagnose --bounce ndr.eml   what stopped that mail
    """  # noqa: D301 - click wants a real backspace
