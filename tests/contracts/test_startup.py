"""``mailstrata --help`` answers at once: what it does not need, it does not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mailstrata.cli.main import COMMANDS

LIBRARIES = {
    "boto3",
    "botocore",
    "dns",
    "rich",
    "msgspec",
    "cryptography",
    "ministack",
    "uvicorn",
    "trustme",
    "dkim",
    "spf",
}
OWN = {f"mailstrata.{room}" for room in ("wiring", "adapters", "lab", "diagnosis", "repair", "reports")}
STANDARD = {"asyncio", "ssl", "sqlite3", "http", "email", "json", "importlib.metadata"}


def _imported(*arguments: str) -> set[str]:
    """The modules that a command imported, by the interpreter's own account."""
    command = [sys.executable, "-X", "importtime", "-m", "mailstrata", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own command
    assert done.stdout
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_first_help_imports_nothing_heavy(argument: str) -> None:
    """Neither AWS's library nor the resolver, the terminal's library, an event loop or a room of ours."""
    imported = _imported(argument)
    assert "mailstrata.cli.main" in imported
    assert (LIBRARIES | OWN | STANDARD) & imported == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_imports_no_library(command: str) -> None:
    """What a command needs is imported when it runs."""
    assert LIBRARIES & _imported(command, "--help") == set()
