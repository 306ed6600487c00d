"""Group commit: what many tasks want written goes into one transaction, in one thread, and each hears when it is durable.

    writer = Writer(base, inserted=…, known=…)
    writer.start()
    await writer.insert(values)          # several tasks at once: one INSERT, one fsync

While the disk is waited for, the next transaction gathers. So a busy relay waits for the disk a hundred times a second and not
three thousand times, an idle one loses nothing, and a slow disk makes transactions larger and not the event loop slower.

SQLite's module gives Python's lock away at each step of a statement; one statement for many rows hands it over a few times a
transaction and not a few times a row.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from mailstrata.adapters.relay_database import Database, DatabaseUnavailable
from mailstrata.model.relaying import Row

T = TypeVar("T")
Values = tuple[object, ...]

AT_ONCE = 128
"""Rows of one statement."""
OWED = 10_000
"""Endings that are kept while the database takes none."""

_UPDATE = """
UPDATE relay_mails SET state = v.column2, ses_id = v.column3, region = v.column4, reply = v.column5,
finished = CAST(v.column6 AS BIGINT), fingerprint = CASE WHEN CAST(v.column7 AS BIGINT) = 1 THEN fingerprint ELSE NULL END
FROM (VALUES {rows}) AS v WHERE relay_mails.id = CAST(v.column1 AS BIGINT)
"""
_PLACES = "(?, ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class _Gathered:
    """What is to be written in one transaction, and who waits for it."""

    inserts: list[tuple[Values, asyncio.Future[Row | None]]] = field(default_factory=list)
    updates: list[tuple[Values, asyncio.Future[None]]] = field(default_factory=list)
    works: list[tuple[Callable[[Database], Any], asyncio.Future[Any]]] = field(default_factory=list)


class Writer:
    """The one who writes. ``inserted`` inserts rows and says whether all are new; ``known`` finds who was there before."""

    def __init__(
        self,
        base: Database,
        *,
        inserted: Callable[[Database, Sequence[Values]], bool],
        known: Callable[[Database, Values], Row | None],
    ) -> None:
        self._base = base
        self._inserted = inserted
        self._known = known
        self._loop: asyncio.AbstractEventLoop
        self._gathered = _Gathered()
        self._waiting = False
        self._queue: queue.SimpleQueue[_Gathered | None] = queue.SimpleQueue()
        self._owed: deque[Values] = deque(maxlen=OWED)
        self._thread = threading.Thread(target=self._run, name="relay-ledger", daemon=True)

    def start(self) -> None:
        """Begin; call it in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Write what is waiting, and end."""
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def insert(self, values: Values) -> Row | None:
        """Insert one row; gives the row that was there before it. Raises ``DatabaseUnavailable``."""
        future: asyncio.Future[Row | None] = self._loop.create_future()
        self._gathered.inserts.append((values, future))
        self._gather()
        return await future

    async def update(self, values: Values) -> None:
        """Write one ending. Raises ``DatabaseUnavailable``; then it is owed, and written with a later transaction."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._gathered.updates.append((values, future))
        self._gather()
        await future

    async def together(self, work: Callable[[Database], T]) -> T:
        """Do ``work`` in a transaction of its own, in turn with the rest."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._gathered.works.append((work, future))
        self._gather()
        return await future

    def _gather(self) -> None:
        """All that is wanted in one turn of the loop is handed over as one."""
        if not self._waiting:
            self._waiting = True
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        self._waiting = False
        gathered, self._gathered = self._gathered, _Gathered()
        self._queue.put(gathered)

    def _run(self) -> None:
        """The thread: take all that waits, write it, tell."""
        ended = False
        while not ended:
            gathered = self._queue.get()
            whole = _Gathered()
            while True:
                if gathered is None:
                    ended = True
                else:
                    whole.inserts += gathered.inserts
                    whole.updates += gathered.updates
                    whole.works += gathered.works
                if self._queue.empty() or len(whole.inserts) + len(whole.updates) >= AT_ONCE:
                    break
                gathered = self._queue.get()
            self._write(whole)

    def _write(self, whole: _Gathered) -> None:
        told: list[tuple[asyncio.Future[Any], Any]] = []
        if whole.inserts or whole.updates:
            told += self._rows_written(whole)
        for work, future in whole.works:
            told.append((future, self._tried(work)))
        self._loop.call_soon_threadsafe(_tell, told)

    def _rows_written(self, whole: _Gathered) -> list[tuple[asyncio.Future[Any], Any]]:
        owed = list(self._owed)
        self._owed.clear()
        updates = [*owed, *(values for values, _ in whole.updates)]
        result = self._tried(lambda base: self._both(base, [values for values, _ in whole.inserts], updates))
        if isinstance(result, BaseException):
            self._owed.extend(updates)
            futures: list[asyncio.Future[Any]] = [future for _, future in whole.inserts]
            futures += [future for _, future in whole.updates]
            return [(future, result) for future in futures]
        known = zip((future for _, future in whole.inserts), result, strict=True)
        return [*known, *((future, None) for _, future in whole.updates)]

    def _both(self, base: Database, inserts: list[Values], updates: list[Values]) -> list[Row | None]:
        """Endings first, so that a fingerprint that was given free can be taken by a row of the same transaction."""
        for start in range(0, len(updates), AT_ONCE):
            some = updates[start : start + AT_ONCE]
            rows = ", ".join([_PLACES] * len(some))
            base.change(_UPDATE.format(rows=rows), list(chain.from_iterable(some)))
        known: list[Row | None] = []
        for start in range(0, len(inserts), AT_ONCE):
            some = inserts[start : start + AT_ONCE]
            new = self._inserted(base, some)
            known += [None] * len(some) if new else [self._known(base, values) for values in some]
        return known

    def _tried(self, work: Callable[[Database], Any]) -> Any:
        """What ``work`` gives, or the exception that it raised."""
        try:
            return self._base.together(work)
        except DatabaseUnavailable as error:
            return error
        except Exception as error:  # noqa: BLE001 - the thread must live; who waits gets the error
            return error


def _tell(told: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in told:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
