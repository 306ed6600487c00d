"""Nothing secret is in any output, log, traceback, ledger or recording after any of the commands about credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.scenarios.commands import Operator, Ran, operated
from tests.scenarios.playing import secrets

from mailstrata.credentials.derivation import smtp_password

pytestmark = pytest.mark.lab

CANARY = "canaryCANARYcanaryCANARYcanaryCANARY+123"
REGION = "us-east-2"
ALL: Mapping[str, tuple[str, ...]] = {
    "derive to a file": ("credentials", "derive", "--region", REGION, "--out", "kept/password"),
    "derive as JSON": ("credentials", "derive", "--region", REGION, "--json"),
    "derive of an argument": ("credentials", "derive", CANARY),
    "derive of a place that is none": ("credentials", "derive", "--region", REGION, "--secret", CANARY),
    "derive into nowhere": ("credentials", "derive", "--region", REGION, "--out", "no/such/folder/password"),
    "explain": ("credentials", "explain", "--region", REGION, "--json"),
    "explain in words": ("credentials", "explain", "--region", REGION),
    "explain an argument": ("credentials", "explain", CANARY),
    "explain a file called so": ("credentials", "explain", "--password-file", CANARY),
    "check": ("credentials", "check", "--port", "587"),
    "check as JSON": ("credentials", "check", "--json", "--send"),
    "check an argument": ("credentials", "check", CANARY),
    "check a place that is none": ("credentials", "check", "--credential", CANARY),
    "check of the stored": ("credentials", "check", "--port", "465", "--send"),
    "list": ("credentials", "list", "--json"),
    "policy": ("credentials", "policy", "diagnose"),
    "rotate": ("credentials", "rotate", "--dry-run"),
    "rotate for good": ("credentials", "rotate", "--apply", "--json"),
    "rotate status": ("credentials", "rotate", "--status", "--json"),
    "diagnose": ("diagnose", "--save", "case.world", "--json"),
    "fix": ("fix", "--apply", "--json"),
}
"""Each command, once with the canary as its secret, by every way that a secret can come in."""

_STORED = {"check of the stored", "list", "rotate", "rotate for good", "rotate status", "diagnose", "fix"}
"""Those that take what is stored in the lab and not the canary."""


def test_no_command_says_a_secret(tmp_path: Path) -> None:
    """The canary, what is derived of it, and every secret of the lab: in nothing that is said or left."""
    leaks = asyncio.run(_leaks(tmp_path))
    assert leaks == []


async def _leaks(folder: Path) -> list[str]:
    (folder / "kept").mkdir()
    async with operated("wrong-derivation", folder) as operator:
        ran = [(name, await _ran(operator, name, arguments)) for name, arguments in ALL.items()]
        hidden = {
            CANARY,
            CANARY.replace("+", "%2B"),
            *(smtp_password(CANARY, region) for region in (REGION, "us-east-1")),
        }
        hidden |= set(secrets(operator.living)) | set(operator.living.parts.secrets.values()) | {operator.secret}
        hidden = {one for one in hidden if len(one) >= 16}
        said = {name: (one.out + one.err).encode() for name, one in ran}
        left = {name: data for name, data in operator.files().items() if "/kept/" not in name}
        assert (folder / "kept" / "password").stat().st_mode & 0o777 == 0o600
        assert (folder / "kept" / "password").read_text() == smtp_password(CANARY, REGION) + "\n"
    assert all("Traceback" not in one.err for _, one in ran)
    assert {"case.world", "ledger.sqlite3"} <= {name.rpartition("/")[2] for name in left}
    return [name for name, data in (said | left).items() if any(secret.encode() in data for secret in hidden)]


async def _ran(operator: Operator, name: str, arguments: tuple[str, ...]) -> Ran:
    if name in _STORED:
        return await operator.run(*arguments)
    env = {"MAILSTRATA_SECRET": CANARY, "MAILSTRATA_SMTP_PASSWORD": smtp_password(CANARY, "us-east-1")}
    return await operator.run(*arguments, stdin=CANARY.encode(), env=env)
