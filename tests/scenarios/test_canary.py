"""Nothing secret is in any output, log, traceback, ledger or recording after any of the commands about credentials."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyrage import decrypt, encrypt
from pyrage.x25519 import Identity
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
    "derive of a keyring": ("credentials", "derive", "--region", REGION, "--secret", "keyring:canary", "--json"),
    "derive of age": ("credentials", "derive", "--region", REGION, "--secret", "age:kept/canary.age", "--json"),
    "check what is in a keyring": ("credentials", "check", "--port", "587", "--credential", "keyring:canary"),
    "check what is in age": ("credentials", "check", "--port", "587", "--credential", "age:kept/canary.age"),
    "check what is not in a keyring": ("credentials", "check", "--credential", "keyring:missing"),
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

_NAMED = {
    "derive of a keyring",
    "derive of age",
    "check what is in a keyring",
    "check what is in age",
    "check what is not in a keyring",
}
"""Those that are told a place, in which the canary is."""
_STORED = {"check of the stored", "list", "rotate", "rotate for good", "rotate status", "diagnose", "fix"}
"""Those that take what is stored in the lab and not the canary."""


def test_no_command_says_a_secret(tmp_path: Path) -> None:
    """The canary, what is derived of it, and every secret of the lab: in nothing that is said or left."""
    leaks = asyncio.run(_leaks(tmp_path))
    assert leaks == []


async def _leaks(folder: Path) -> list[str]:
    _kept(folder)
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


@pytest.mark.parametrize("place", ["keyring:admin", "age:kept/admin.age"])
def test_a_rotation_into_a_place_of_this_machine_says_no_secret(tmp_path: Path, place: str) -> None:
    """The new key's secret is there and in nothing else that is said or left."""
    asyncio.run(_rotated_into(tmp_path, place))


async def _rotated_into(folder: Path, place: str) -> None:
    key = _kept(folder)
    async with operated("healthy", folder) as operator:
        setup = folder / "mailstrata.toml"
        setup.write_text(re.sub(r"(?m)^secret = .*", f'secret = "{place}"', setup.read_text()))
        ran = [
            await operator.run("credentials", "rotate", *more, env=_own(folder))
            for more in (("--apply", "--new-place"), ("--status", "--json"), ("--dry-run",))
        ]
        left = {name: data for name, data in operator.files().items() if "/kept/" not in name}
    stored = (
        json.loads((folder / "kept" / "keyring.json").read_text())["mailstrata/admin"]
        if place.startswith("keyring:")
        else decrypt((folder / "kept" / "admin.age").read_bytes(), [key]).decode()
    )
    fields = json.loads(stored)
    assert [one.status for one in ran] == [0, 0, 0], ran
    assert f"Username: {fields['username']}" in ran[0].out
    said = b"".join((one.out + one.err).encode() for one in ran) + b"".join(left.values())
    assert not any(fields[name].encode() in said for name in ("password", "secret_access_key"))


def _kept(folder: Path) -> Identity:
    """The folder of what is kept, with the canary in its keyring and encrypted; gives the identity that reads it."""
    (folder / "kept").mkdir()
    key = Identity.generate()
    (folder / ".config" / "mailstrata").mkdir(parents=True)
    (folder / ".config" / "mailstrata" / "age.txt").write_text(f"{key}\n")
    stored = json.dumps({"username": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": CANARY})
    (folder / "kept" / "canary.age").write_bytes(encrypt(stored.encode(), [key.to_public()]))
    (folder / "kept" / "keyring.json").write_text(json.dumps({"mailstrata/canary": stored}))
    return key


def _own(folder: Path) -> dict[str, str]:
    """The environment in which that keyring is the system's."""
    return {
        "PYTHON_KEYRING_BACKEND": "tests.scenarios.kept_keyring.KeptKeyring",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "KEPT_KEYRING": str(folder / "kept" / "keyring.json"),
    }


async def _ran(operator: Operator, name: str, arguments: tuple[str, ...]) -> Ran:
    if name in _NAMED:
        return await operator.run(*arguments, env=_own(operator.folder))
    if name in _STORED:
        return await operator.run(*arguments)
    env = {"MAILSTRATA_SECRET": CANARY, "MAILSTRATA_SMTP_PASSWORD": smtp_password(CANARY, "us-east-1")}
    return await operator.run(*arguments, stdin=CANARY.encode(), env=env)
