"""Talks to a lab from outside, as a command does: the same whether it runs in this process or was started by ``lab up``.

async with opened("two-faults") as lab:
    await lab.attempts()
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from mailstrata.bounces.attempts import attempts as attempts_of
from mailstrata.bounces.read import read
from mailstrata.lab import running
from mailstrata.lab.living import Living
from mailstrata.model.attempt import Attempt
from mailstrata.model.errors import Refusal

_LIMIT = 64 * 1024 * 1024
_SECONDS = 30


class LabClient:
    """A lab by its URL; ``credentials`` are key id and secret of its administrator."""

    def __init__(self, url: str, credentials: tuple[str, str]) -> None:
        self.url = url
        self.credentials = credentials

    async def setup(self) -> str:
        """``mailstrata.toml`` of this world."""
        return (await self._call("GET", "/_lab/setup")).decode()

    async def about(self) -> dict[str, str]:
        """Scenario, title, story and account."""
        told: dict[str, str] = json.loads(await self._call("GET", "/_lab"))
        return told

    async def now(self) -> datetime:
        """The simulated time."""
        return datetime.fromisoformat(json.loads(await self._call("GET", "/_lab/clock"))["now"])

    async def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        await self._post("/_lab/clock", {"advance": seconds})

    async def inject(self, fault: str) -> str:
        """Break something, by the name of a scenario; gives its title."""
        return str((await self._post("/_lab/break", {"fault": fault}))["title"])

    async def reset(self) -> None:
        """Begin anew, as the scenario says."""
        await self._post("/_lab/reset", {})

    async def resend(self) -> int:
        """Send the scenario's mails again; gives their number."""
        return int((await self._post("/_lab/resend", {}))["sent"])

    async def retype(self, alias: str, *, username: str, password: str) -> dict[str, Any]:
        """The person types a username and a password into Gmail's dialogue; gives what Gmail shows."""
        return await self._post("/_lab/retype", {"alias": alias, "username": username, "password": password})

    async def attempts(self) -> tuple[Attempt, ...]:
        """What the operator knows without being told: the bounces in the mailboxes, and the application's log."""
        sent = msgspec.json.decode(await self._call("GET", "/_lab/sent"), type=tuple[Attempt, ...])
        bounced = attempts_of(
            replace(bounce, source=f"a bounce in the mailbox of {account}")
            for account, raw in await self._mails()
            for bounce in read(raw)
        )
        known = {(one.message_id, one.recipient) for one in sent if one.message_id}
        return (*sent, *(one for one in bounced if (one.message_id, one.recipient) not in known))

    async def _mails(self) -> Iterable[tuple[str, bytes]]:
        raws = []
        for account in json.loads(await self._call("GET", "/mailboxes")):
            for entry in json.loads(await self._call("GET", f"/mailboxes/{quote(account)}")):
                if entry["folder"] == "inbox":
                    raw = await self._call("GET", f"/mailboxes/{quote(account)}/{entry['number']}")
                    raws.append((account, raw))
        return raws

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self._call("POST", path, json.dumps(body).encode()))
        return answer

    async def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        return await asyncio.to_thread(self._fetch, self._request(method, path, body))

    def _request(self, method: str, path: str, body: bytes | None) -> urllib.request.Request:
        return urllib.request.Request(self.url + path, data=body, method=method)  # noqa: S310 - the lab's own http URL

    def _fetch(self, request: urllib.request.Request) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_SECONDS) as response:
                return bytes(response.read(_LIMIT))
        except urllib.error.HTTPError as error:
            with error:
                told = json.loads(error.read(_LIMIT) or b"{}")
            raise Refusal(told.get("error", f"the lab answered {error.code}"), told.get("hint", "")) from error
        except OSError as error:
            raise Refusal(f"no lab answers at {self.url}", "mailstrata lab up starts one") from error


class LabClock:
    """`model.ports.Clock` by a lab's time: to sleep advances it, and costs next to nothing."""

    def __init__(self, lab: LabClient, offset: timedelta) -> None:
        self._lab = lab
        self._offset = offset

    @classmethod
    async def of(cls, lab: LabClient) -> LabClock:
        """The clock of ``lab``."""
        return cls(lab, await lab.now() - datetime.now(UTC))

    def now(self) -> datetime:
        """The simulated moment, to the second: what is written down in a lab does not depend on its machine's speed."""
        return (datetime.now(UTC) + self._offset).replace(microsecond=0)

    async def sleep(self, seconds: float) -> None:
        """Let simulated time pass, and a little real time for the servers."""
        await self._lab.advance(seconds)
        self._offset += timedelta(seconds=seconds)
        await asyncio.sleep(min(seconds, 0.05))


@contextlib.asynccontextmanager
async def opened(scenario: str) -> AsyncIterator[LabClient]:
    """The running lab of ``scenario`` when ``lab up`` has started one, else one in this process for the time being."""
    if (found := running.find(scenario)) is not None:
        yield LabClient(found.url, found.credentials)
        return
    async with Living.of(scenario) as lab:
        administrator = lab.parts.iam.administrator
        yield LabClient(lab.url, (administrator.key_id, administrator.secret))
