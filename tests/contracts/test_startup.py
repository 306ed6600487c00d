"""``mailstrata --help`` answers at once: what it does not need, it does not import."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mailstrata
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


def _imported(*arguments: str, status: int = 0) -> set[str]:
    """The modules that a command imported, by the interpreter's own account."""
    command = [sys.executable, "-X", "importtime", "-m", "mailstrata", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)  # noqa: S603 - our own command
    assert done.returncode == status, done.stderr[-500:]
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


UNHEARD = """
[domain]
name = "sailing.example"
region = "us-east-1"
[network]
dns_servers = ["127.0.0.1:1"]
"""
"""Nobody listens there."""
NEVER = (
    "boto3",
    "botocore",
    "rich",
    "cryptography",
    "sqlite3",
    "msgspec",
    "dns.query",
    "dns.resolver",
    "mailstrata.bounces",
    "mailstrata.lab",
    "mailstrata.relay",
)
OF_OTHERS = (
    "mailstrata.diagnosis.refused",
    "mailstrata.diagnosis.relay_facts",
    "mailstrata.diagnosis.suppression_facts",
)
"""What the checks of other strata import. (The interpreter's account leaves out what is imported by name, as checks are.)"""


def test_a_look_at_a_domain_by_dns_imports_nothing_of_aws_bounces_or_other_strata(tmp_path: Path) -> None:
    """Neither the tables by which bounces are read nor the checks of recipients."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(UNHEARD)
    imported = _imported("domain", "check", "--dns-only", "--json", "--setup", str(setup), status=3)
    assert "mailstrata.formats.spf_lint" in imported
    assert [name for name in imported if name.startswith((*NEVER, *OF_OTHERS))] == []


def test_values_of_the_lower_rooms_are_made_the_cheap_way() -> None:
    """A class of the standard decorator costs half a millisecond to import, and there are hundreds (`model.values`)."""
    rooms = [Path(mailstrata.__file__).parent / room for room in ("model", "diagnosis", "formats", "reports")]
    texts = {path.name: path.read_text("utf-8") for room in rooms for path in room.rglob("*.py")}
    plain = {name for name, text in texts.items() if re.search(r"^from dataclasses import .*\bdataclass\b", text, re.M)}
    assert plain == {name for name, text in texts.items() if "@dataclass(slots=True" in text}
