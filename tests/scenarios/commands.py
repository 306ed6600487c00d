"""Commands run as an operator runs them, against a lab of this process: a process of their own, with an operator's own key.

async with operated("two-faults", policies=[...]) as operator:
    ran = await operator.run("credentials", "list", "--json")
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailstrata.lab.aws.audit import AuditEvent
from mailstrata.lab.aws.gate import Gate
from mailstrata.lab.living import Living
from mailstrata.lab.setup_text import setup_text

_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left."""

    arguments: tuple[str, ...]
    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody with a key of the lab's account; ``folder`` holds the setup and is where commands run."""

    living: Living
    folder: Path
    key_id: str
    secret: str = field(repr=False)

    async def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ran:
        """Run ``mailstrata`` with ``arguments``; stdin is a pipe, and stdout no terminal."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "mailstrata",
            *arguments,
            cwd=self.folder,
            env=self._environment(env or {}),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(_SECONDS):
            out, err = await process.communicate(stdin)
        return Ran(arguments=arguments, status=process.returncode or 0, out=out.decode(), err=err.decode())

    def calls(self) -> tuple[AuditEvent, ...]:
        """Every call to AWS with the operator's key."""
        gate = self.living._control.gate
        assert isinstance(gate, Gate)
        return tuple(event for event in gate._audit.events() if event.key_id == self.key_id)

    def files(self) -> dict[str, bytes]:
        """Everything that commands left: setup, recordings, and the ledger."""
        written = [*self.folder.rglob("*"), *self.living.folder.glob("ledger*")]
        return {str(path): path.read_bytes() for path in written if path.is_file()}

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILSTRATA_"))}
        own = {
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "HOME": str(self.folder),
            "MAILSTRATA_SETUP": str(self.folder / "mailstrata.toml"),
        }
        return {**kept, **own, **more}


@contextlib.asynccontextmanager
async def operated(
    scenario: str, folder: Path, *, policies: Sequence[Mapping[str, Any]] | None = None
) -> AsyncIterator[Operator]:
    """An operator of that scenario's world: with ``policies``, or an administrator."""
    async with Living.of(scenario, today=True) as living:
        (folder / "mailstrata.toml").write_text(setup_text(living), "utf-8")
        iam = living.parts.iam
        if policies is None:
            key_id, secret = iam.administrator.key_id, iam.administrator.secret
        else:
            iam.add_user("operator")
            for number, document in enumerate(policies):
                iam.put_user_policy("operator", f"policy-{number}", document)
            key = iam.add_key("operator")
            key_id, secret = key.key_id, key.secret
        yield Operator(living=living, folder=folder, key_id=key_id, secret=secret)
