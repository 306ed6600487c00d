"""A relay's way out against a scripted SES: everything real but SES itself."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from tests.rooms.adapters.scripted_http import Script, scripted

from mailstrata.adapters.http_pool import Patience
from mailstrata.adapters.relay_dispatch import Habits
from mailstrata.adapters.relay_outlet import Outlet, Way, opened
from mailstrata.adapters.ses_sender import Region
from mailstrata.relay.offer import Offer

MESSAGE = b"From: admin@sailing.example\r\nTo: guest@dock.example\r\nSubject: Berth 7\r\n\r\nAhoy\r\n"


def offer(*recipients: str, message: bytes = MESSAGE, login: str = "ann") -> Offer:
    """An offer of ``admin@sailing.example``."""
    return Offer(
        login=login,
        sender="admin@sailing.example",
        recipients=recipients or ("guest@dock.example",),
        message=message,
        peer="192.0.2.1",
        session="s1",
        at=datetime.now(UTC),
        helo="client.example",
        tls="TLSv1.3",
    )


@dataclass(frozen=True, slots=True)
class Rig:
    """The way out, and the SES behind it."""

    way: Way
    ses: Script

    async def send(self, *offers: Offer) -> list[str]:
        """What the client hears, for one after the other."""
        return [str(await self.way.delivery.deliver(each)) for each in offers]

    @property
    def reached(self) -> list[tuple[str, ...]]:
        """The recipients of each request that SES saw."""
        return [tuple(json.loads(body)["Destination"]["ToAddresses"]) for body in self.ses.bodies]

    @property
    def messages(self) -> list[bytes]:
        """The message of each request that SES saw."""
        return [base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"]) for body in self.ses.bodies]

    def states(self) -> list[str]:
        """The states of all rows."""
        return [state for (state,) in self.way.base.run("SELECT state FROM relay_mails ORDER BY id")]

    def due_now(self) -> None:
        """All that waits in the spool is due."""
        self.way.base.run("UPDATE relay_mails SET due = 0 WHERE state = 'spooled'")
        self.way.delivery._spool.kick()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that happens in the background."""
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def rig(
    place: str, *answers: bytes, habits: Habits | None = None, answer: float = 20.0, rate: float = 1e6
) -> AsyncIterator[Rig]:
    """A rig whose SES gives ``answers``, and accepts all that follows."""
    async with scripted(*answers) as ses:
        outlet = Outlet(
            ledger=place,
            regions=(Region(name="us-east-1", endpoint=ses.url),),
            habits=habits or Habits(),
            rate=rate,
            patience=Patience(answer=answer),
        )
        async with opened(outlet) as way:
            yield Rig(way, ses)


@pytest.fixture
def own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The only credentials of this process."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
