"""The list of commands: each exists, explains itself, and refuses what it does not know in one line."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import click
import pytest

from mailstrata import __version__, cli
from mailstrata.__main__ import run
from mailstrata.cli import credentials, domain, relay, relay_user
from mailstrata.cli.main import COMMANDS

each = pytest.mark.parametrize("name", COMMANDS)


@each
def test_a_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` is on stdout, says how it is called, and is no mistake."""
    assert run([name, "--help"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"Usage: mailstrata {name}")
    assert len(said.out.splitlines()) > 3
    assert not said.err


@each
def test_every_option_of_a_command_has_its_help(name: str) -> None:
    """An option that says nothing of itself is not found."""
    command: click.Command = import_module(f"mailstrata.cli.{COMMANDS[name][0]}").command
    found = [command, *_subcommands(command)]
    options = [one for each in found for one in each.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def _subcommands(command: click.Command) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command)
    return [found for name in command.list_commands(context) if (found := command.get_command(context, name))]


@each
def test_an_unknown_option_is_the_callers_mistake(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr, nothing on stdout, status 2."""
    assert run([name, "--no-such-option"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("mailstrata: ")
    assert len(said.err.splitlines()) == 1
    assert "--no-such-option" in said.err


def test_the_list_shows_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """``--help`` has a line for each."""
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in COMMANDS)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` names program and version."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"mailstrata {__version__}\n"


def test_an_unknown_command_is_the_callers_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr, nothing on stdout, status 2."""
    assert run(["no-such-command"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert len(said.err.splitlines()) == 1
    assert "no-such-command" in said.err


def test_every_module_with_a_command_is_in_the_list() -> None:
    """No stub, and nothing that cannot be called."""
    modules = {module.name for module in pkgutil.iter_modules(cli.__path__)}
    with_command = {name for name in modules if hasattr(import_module(f"mailstrata.cli.{name}"), "command")}
    groups = (COMMANDS, credentials.SUBCOMMANDS, domain.SUBCOMMANDS, relay.SUBCOMMANDS, relay_user.SUBCOMMANDS)
    assert with_command == {module for listed in groups for module, _ in listed.values()}
