"""Every command's ``--help``, as click itself writes it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from tools.docgen import markdown

from mailstrata.cli.main import commands

_WIDTH = 100
_EXITS = (
    ("0", "healthy, or done"),
    ("1", "a problem was found"),
    ("2", "the caller's mistake: usage, an unreadable file, an invalid setup"),
    ("3", "it could not be determined: no network, no permission"),
    ("4", "a change was refused or failed half-way; what was done and what was not is printed"),
)


def render() -> str:
    """The page of all commands."""
    shown = [f"## `{path}`\n\n```text\n{text}\n```" for path, text in _helps(commands, None, "mailstrata")]
    return markdown.page(
        "Commands",
        "Every command as its own `--help` says it.",
        markdown.table(("Exit status", "Means"), _EXITS),
        *shown,
    )


def _helps(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield context.command_path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _helps(found, context, child)
