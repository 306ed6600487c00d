"""A command that has commands of its own, each in a module that is imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class Subcommands(click.Group):
    """Finds a subcommand's module in `mailstrata.cli`. ``listed`` has its name, its module, and its line in the list."""

    def __init__(self, *arguments: Any, listed: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in their order."""
        del ctx
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; ``None`` for one that nobody knows."""
        del ctx
        if cmd_name not in self._listed:
            return None
        found: click.Command = import_module(f"mailstrata.cli.{self._listed[cmd_name][0]}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing what is in it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self._listed.items()])
