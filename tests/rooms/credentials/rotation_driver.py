"""Runs rotations against a running lab in processes that kill themselves with SIGKILL after their N-th word to the ledger.

python rotation_driver.py URL KEY-ID SECRET            # the secret of the lab's administrator, on loopback

Prints one JSON object a line: for each N what became of a rotation whose first process died there. Everything is imported
once; each process of a rotation is a fork.
"""

from __future__ import annotations

import asyncio
import json
import os
import pkgutil
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import boto3.session  # noqa: F401 - so that no fork has to
import botocore.httpsession  # noqa: F401

from mailstrata import adapters
from mailstrata.cli.credentials_rotate import tools_of
from mailstrata.credentials.rotation import KIND, latest
from mailstrata.credentials.rotation_run import Rotating
from mailstrata.credentials.rotation_target import find_target
from mailstrata.lab.client import LabClient
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Ledger, LedgerRow
from mailstrata.wiring import Stage, on_lab


class Deadly:
    """A ledger after whose ``deadly``-th write the process is dead."""

    def __init__(self, ledger: Ledger, deadly: int) -> None:
        self._ledger = ledger
        self._left = deadly

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """A row, and perhaps the end."""
        row = self._ledger.begin(kind, subject, details)
        self._count()
        return row

    def finish(self, row: int, outcome: str) -> None:
        """An outcome, and perhaps the end."""
        self._ledger.finish(row, outcome)
        self._count()

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """As they are."""
        return self._ledger.rows(kind, subject)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def forked(work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[int, Any]:
    """The signal that ended a process of its own (0 for none), and what its work gave."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            os.write(writing, json.dumps(asyncio.run(work())).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit("a process of the rotation failed")
    return (os.WTERMSIG(status), None) if os.WIFSIGNALED(status) else (0, json.loads(said))


async def rotate(client: LabClient, deadly: int) -> dict[str, Any]:
    """One process: go on until something must be waited for, or until death; then look, and do what is waited for."""
    async with on_lab(client) as here:
        made = here.tools(False)
        target = await find_target(here.settings.setup, made.asker, made.ledger)
        written = sum(2 if row.outcome else 1 for row in made.ledger.rows(KIND))
        tools = replace(tools_of(here, target), ledger=Deadly(made.ledger, deadly - written if deadly else 0))
        told = [told async for told in Rotating(target, tools).run()]
        state = await look(here)
        if told[-1].until:
            await client.advance((told[-1].until - here.clock.now()).total_seconds() + 1)
        elif told[-1].waiting:
            stored = await made.secrets.read(target.aliases[0].secret)
            name, password = stored["username"], stored["password"]
            assert (await client.retype(target.aliases[0].address, username=name, password=password))["saved"]
        return state


async def seen(client: LabClient) -> dict[str, Any]:
    """What is so now, after a death."""
    async with on_lab(client) as here:
        return await look(here)


async def look(here: Stage) -> dict[str, Any]:
    """The keys, the login of the stored credential, the rotation, and which secret is in the ledger."""
    made, alias = here.tools(False), here.settings.setup.aliases[0]
    rotation = latest(made.ledger.rows(KIND))
    stored = await made.secrets.read(alias.secret)
    keys = await made.keys.of_user("ses-smtp-relay")
    return {
        "keys": {key: facts.status for key, facts in keys},
        "stored": sorted(stored),
        "stored_user": stored["username"],
        "stored_works": await _works(here, stored),
        "alias": alias.username,
        "ended": rotation is not None and rotation.ended,
        "open": [row.details["step"] for row in made.ledger.rows(KIND) if not row.outcome],
        "leaks": [name for name in ("password", "secret_access_key") if stored[name] in repr(made.ledger.rows())],
    }


async def _works(here: Stage, stored: Mapping[str, str]) -> bool:
    alias = here.settings.setup.aliases[0]
    answer = await here.tools(False).login.try_login(
        alias.host, alias.port, security=alias.security, username=stored["username"], password=stored["password"]
    )
    return isinstance(answer, Seen) and answer.value.accepted


def whole(client: LabClient, deadly: int) -> dict[str, Any]:
    """A rotation of which one process dies at the ``deadly``-th write, and what was seen on the way."""
    forked(client.reset)
    states: list[dict[str, Any]] = []
    died = False
    while not states or not states[-1]["ended"]:
        mark = 0 if died else deadly
        ended_by, state = forked(lambda: rotate(client, mark))  # noqa: B023 - the fork runs at once
        died = died or ended_by == signal.SIGKILL
        states.append(forked(lambda: seen(client))[1] if ended_by else state)
        if len(states) > 12:
            raise SystemExit(f"the rotation that died at {deadly} never ends")
    return {"deadly": deadly, "died": died, "seen": states}


def main() -> None:
    """Every N until a rotation lives to its end."""
    for module in pkgutil.iter_modules(adapters.__path__, "mailstrata.adapters."):
        import_module(module.name)  # once here, not in each fork
    client = LabClient(sys.argv[1], (sys.argv[2], sys.argv[3]))
    for deadly in range(1, 100):
        found = whole(client, deadly)
        print(json.dumps(found), flush=True)  # noqa: T201
        if not found["died"]:
            return


if __name__ == "__main__":
    main()
