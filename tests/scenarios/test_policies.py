"""The policy of each job is enough: an operator who may do nothing else is never denied a call that the code makes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.scenarios.commands import Operator, operated

from mailstrata.adapters.aws_policy import document

pytestmark = pytest.mark.lab

COMMANDS: Mapping[str, tuple[str, list[tuple[str, ...]]]] = {
    "init": ("healthy", [("init", "--out", "found.toml", "--json")]),
    "diagnose": ("two-faults", [("diagnose", "--json")]),
    "probe": ("healthy", [("diagnose", "--probe-send", "--json")]),
    "fix": ("two-faults", [("fix", "--apply", "--json")]),
    "domain": (
        "identity-absent",
        [("domain", "apply", "--apply", "--json"), ("domain", "apply", "--undo", "--apply", "--json")],
    ),
    "rotate": (
        "healthy",
        [("credentials", "rotate", "--apply"), ("credentials", "rotate", "--apply", "--moved", "--keep-days", "0")],
    ),
    "check": ("healthy", [("credentials", "check", "--port", "587", "--json")]),
    "explain": ("healthy", [("credentials", "explain", "--key-id", "{key}", "--json")]),
    "list": ("healthy", [("credentials", "list", "--json")]),
}
"""For each job a world in which it has much to do, and the commands that do it."""
_PASSWORD = {"MAILSTRATA_SMTP_PASSWORD": "B"}


@pytest.mark.parametrize("job", COMMANDS)
def test_a_job_is_denied_nothing(job: str, tmp_path: Path) -> None:
    """Every call with the operator's key is allowed by the policy that `credentials policy JOB` prints, and some are made."""
    denied, made = asyncio.run(_calls(job, tmp_path))
    assert denied == []
    assert made


async def _calls(job: str, folder: Path) -> tuple[list[str], set[str]]:
    scenario, commands = COMMANDS[job]
    policy = document(job, region="us-east-1", account="*", user="ses-smtp-relay", zone="*")
    async with operated(scenario, folder, policies=[policy]) as operator:
        for command in commands:
            ran = await operator.run(*_filled(command, operator), env=_PASSWORD if "explain" in command else {})
            assert ran.status in {0, 1, 3}, (ran.arguments, ran.status, ran.err)
        calls = operator.calls()
    denied = [f"{one.service}:{one.action}" for one in calls if "denied" in (one.error or "").lower()]
    return denied, {f"{one.service}:{one.action}" for one in calls}


def _filled(command: tuple[str, ...], operator: Operator) -> tuple[str, ...]:
    key = operator.living.parts.keys["gmail"]
    return tuple(part.format(key=key) for part in command)
