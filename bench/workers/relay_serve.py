"""The relay for a benchmark or a fault run: everything that ``relay serve`` runs, in one process, on one port.

    python relay_serve.py FOLDER API [MODE] [KEY=SECONDS…]

``FOLDER`` holds ``relay.pem``, and gets the database. The user is ``user``, the password ``secret``. Prints ``ready PORT``.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from mailstrata.adapters import relay_passwords
from mailstrata.adapters.asker import World
from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.http_pool import Patience
from mailstrata.adapters.relay_database import SqliteDatabase
from mailstrata.adapters.relay_dispatch import Habits
from mailstrata.adapters.relay_metrics import Metrics
from mailstrata.adapters.relay_outlet import Outlet, opened
from mailstrata.adapters.relay_process import Plan, Process
from mailstrata.adapters.relay_sockets import bound
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.adapters.ses_sender import Region
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.model.ports import Asker
from mailstrata.relay.delivery import Mode
from mailstrata.relay.offer import Delivery
from mailstrata.relay.users import User

NAME = "relay.bench.example"
USER, PASSWORD = "user", "secret"


def main() -> None:
    """Serve until SIGTERM."""
    folder, api = Path(sys.argv[1]), sys.argv[2]
    mode = Mode(sys.argv[3]) if len(sys.argv) > 3 else Mode.THROUGH
    numbers = {key: float(value) for key, value in (word.split("=") for word in sys.argv[4:])}
    database = str(folder / "relay.sqlite3")
    _add_user(database)
    outlet = Outlet(
        ledger=database,
        regions=(Region(name="us-east-1", endpoint=api),),
        habits=Habits(mode=mode, host=NAME),
        rate=numbers.get("rate", 1e9),
        patience=Patience(answer=numbers.get("answer", 30.0)),
        connections=int(numbers.get("connections", 256)),
    )

    @contextlib.asynccontextmanager
    async def delivery(_: RelaySettings) -> AsyncIterator[Delivery]:
        async with opened(outlet) as way:
            if "pages" in numbers:
                way.base.run(f"PRAGMA max_page_count = {int(numbers['pages'])}")
            yield way.delivery

    sockets = bound("127.0.0.1:0", implicit=False)
    plan = Plan(
        settings=lambda: RelaySettings(
            name=NAME,
            certificate=str(folder / "relay.pem"),
            connections=20_000,
            connections_per_address=int(numbers.get("per_address", 20_000)),
        ),
        delivery=delivery,
        asker=_asker,
        clock=SystemClock(),
        log=(folder / "relay.log").open("ab"),
        database=database,
        ready=lambda: print(f"ready {sockets[0].socket.getsockname()[1]}", flush=True),
    )
    _run(Process(plan, metrics=Metrics.shared()).run(sockets, watch=None))


def _asker() -> Asker:
    return World(answerers={})


def _add_user(database: str) -> None:
    users = RelayUsers(SqliteDatabase(Path(database)), steady=time.monotonic)
    if users.user(USER) is None:
        now = datetime.now(UTC)
        users.add(User(name=USER, senders=("@bench.example",), created=now))
        users.give(USER, relay_passwords.hashed(PASSWORD), created=now, expires=None, others_end=now)
    users.close()


def _run(work: object) -> None:
    assert asyncio.iscoroutine(work)
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


if __name__ == "__main__":
    main()
