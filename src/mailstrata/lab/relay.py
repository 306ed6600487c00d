"""The product's own relay in front of a lab's SES API, as a process of its own: Gmail's alias can log in to it instead of SES.

    async with relay_of(lab) as relay:
        await lab.parts.gmail.set_alias(account, relay.alias("admin@sailing.example", account))

It runs as an operator runs it: ``mailstrata relay serve`` over a setup file, with a certificate of the lab's authority for
``smtp.`` and the domain, and with the key of an IAM user that may do what
``credentials policy relay`` prints, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mailstrata.adapters.aws_policy import document
from mailstrata.lab.gmail_submission import Alias
from mailstrata.lab.setup_text import setup_text
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.lab.living import Living

USER = "mailstrata-relay"
"""The IAM user whose key the relay signs with."""
LOGIN = "skipper"
_START = 30.0
_NOT_STARTED = Refusal("the lab's relay does not start", "its log lies in the lab's folder")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabRelay:
    """A relay that runs. ``setup`` is its setup file; ``port`` and ``port_tls`` are what 587 and 465 lead to in this world."""

    host: str
    setup: Path
    port: int
    port_tls: int
    password: str = field(repr=False)

    def alias(self, address: str) -> Alias:
        """What is typed into Gmail's dialogue; a new address is unverified."""
        return Alias(address=address, host=self.host, port=587, username=LOGIN, password=self.password, verified=False)


@contextlib.asynccontextmanager
async def relay_of(lab: Living, *, senders: tuple[str, ...] = ()) -> AsyncIterator[LabRelay]:
    """Start it, with one login that may send as ``senders`` (default: every address of the domain). Stopped at the end.

    Raises ``Refusal`` when it does not start.
    """
    host, folder = f"smtp.{lab.parts.domain.name}", lab.folder / "relay"
    folder.mkdir(mode=0o700)
    setup = folder / "mailstrata.toml"
    setup.write_text(_setup(lab, host, folder), "utf-8")
    lab.parts.certificates.write(folder / "relay.pem", host)
    password = await asyncio.to_thread(_login, folder, senders or (f"@{lab.parts.domain.name}",))
    process = await _started(lab, setup)
    try:
        ports = await _ports(process)
        lab.listen_for(host, starttls=ports["starttls"], tls=ports["tls"])
        setup.write_text(_setup(lab, host, folder), "utf-8")  # in which its own name leads to it now
        yield LabRelay(host=host, setup=setup, port=ports["starttls"], port_tls=ports["tls"], password=password)
    finally:
        lab.listen_for(host)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


def _setup(lab: Living, host: str, folder: Path) -> str:
    return setup_text(lab) + "\n".join(
        [
            "",
            "[relay]",
            f'name = "{host}"',
            f'certificate = "{folder / "relay.pem"}"',
            'listen = ["127.0.0.1:0"]',
            'listen_tls = ["127.0.0.1:0"]',
            'metrics = ""',
            f'database = "{folder / "relay.sqlite3"}"',
            "",
        ]
    )


def _login(folder: Path, senders: tuple[str, ...]) -> str:
    from datetime import UTC, datetime

    from mailstrata.adapters import relay_passwords
    from mailstrata.adapters.relay_database import opened
    from mailstrata.adapters.relay_users import RelayUsers
    from mailstrata.relay.users import User

    now, password = datetime.now(UTC), relay_passwords.new_password()
    users = RelayUsers(opened(str(folder / "relay.sqlite3")), steady=lambda: 0.0)
    with contextlib.closing(users):
        users.add(User(name=LOGIN, senders=senders, created=now))
        users.give(LOGIN, relay_passwords.hashed(password), created=now, expires=None, others_end=now)
    return password


async def _started(lab: Living, setup: Path) -> asyncio.subprocess.Process:
    iam = lab.parts.iam
    iam.add_user(USER)
    iam.put_user_policy(USER, "Sending", document("relay", region="*", account="*"))
    key = iam.add_key(USER)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_ACCESS_KEY_ID": key.key_id, "AWS_SECRET_ACCESS_KEY": key.secret}
    with (setup.parent / "relay.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mailstrata", "relay", "serve", "--setup", str(setup)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment,
        )


async def _ports(process: asyncio.subprocess.Process) -> dict[str, int]:
    """Where it listens, as it says itself. Raises ``Refusal`` when it ends, or says nothing for half a minute."""
    try:
        return await asyncio.wait_for(_said(process), _START)
    except TimeoutError as error:
        raise _NOT_STARTED from error


async def _said(process: asyncio.subprocess.Process) -> dict[str, int]:
    assert process.stdout is not None
    ports: dict[str, int] = {}
    while line := (await process.stdout.readline()).decode():
        if line == "ready\n":
            return ports
        _, kind, address = line.split()
        ports[kind] = int(address.rpartition(":")[2])
    raise _NOT_STARTED
