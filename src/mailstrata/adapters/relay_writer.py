"""Group commit: what many tasks want written in one turn of the event loop goes into one transaction.

    writer = Writer(base, inserted=…, known=…)
    writer.start()
    await writer.insert(values)          # several tasks at once: one transaction

Where a transaction had several rows, the next one waits two milliseconds for more.

Into SQLite the loop itself writes rows, which is a few system calls for many mails: it waits neither for the disk nor for
another process, and no thread has to be woken and to wake it again, which costs more than the writing. Such rows are safe from
the end of this process at once, and from a power cut within ``SOON``. While another process writes, it tries again; what it
cannot have for long, and everything else, large messages, and all of Postgres, goes through a thread, whose transactions are
on the disk when they are told of. While that waits, the next one gathers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mailstrata.adapters.relay_database import Busy, Database
from mailstrata.model.relaying import Row

log = logging.getLogger("mailstrata.relay")

T = TypeVar("T")
Values = tuple[object, ...]
Update = tuple[Values, bool]
Told = tuple["asyncio.Future[Any]", Any]
Together = Callable[[Callable[[Database], Any]], Any]

AT_ONCE = 128
"""Rows that the thread writes in one transaction."""
OWED = 10_000
"""Endings that are kept while the database takes none."""
SOON = 0.1
"""Seconds after which rows that the loop wrote are brought to the disk."""
MANY = 4
"""Rows of a transaction after which the next one waits for more."""
A_LITTLE = 0.002
"""Seconds for which it waits: under load a transaction costs more than the row in it."""
_AGAIN = 0.001
"""Seconds after which the loop tries again when another process was writing."""
_TRIES = 20

_UPDATE = "UPDATE relay_mails SET state = ?, ses_id = ?, region = ?, reply = ?, finished = ? WHERE id = ?"
_FREE = "UPDATE relay_mails SET fingerprint = NULL WHERE id = ?"
"""A statement of its own: one that names the fingerprint writes it into its index anew, though it stays as it is."""


@dataclass(slots=True)
class _Gathered:
    """What is to be written in one transaction, and who waits for it. ``secure``: and brought to the disk."""

    inserts: list[tuple[Values, asyncio.Future[Row | None]]] = field(default_factory=list)
    updates: list[tuple[Update, asyncio.Future[None]]] = field(default_factory=list)
    works: list[tuple[Callable[[Database], Any], asyncio.Future[Any]]] = field(default_factory=list)
    secure: bool = False

    def add(self, other: _Gathered) -> None:
        """And what ``other`` has."""
        self.inserts += other.inserts
        self.updates += other.updates
        self.works += other.works
        self.secure |= other.secure


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
        self._last = 0
        """Rows of the last transaction."""
        self._tries, self._most = 0, _TRIES if base.dialect == "sqlite" else 0
        self._securing = False
        self._queue: queue.SimpleQueue[_Gathered | None] = queue.SimpleQueue()
        self._owed: deque[Update] = deque(maxlen=OWED)
        self._thread = threading.Thread(target=self._run, name="relay-ledger", daemon=True)

    def start(self) -> None:
        """Begin; call it in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Write what is waiting, and end."""
        gathered, self._gathered = self._gathered, _Gathered()
        gathered.secure = True
        self._queue.put(gathered)
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    async def insert(self, values: Values) -> Row | None:
        """Insert one row; gives the row that was there before it. Raises ``DatabaseUnavailable``."""
        future: asyncio.Future[Row | None] = self._loop.create_future()
        self._gathered.inserts.append((values, future))
        self._gather()
        return await future

    async def update(self, values: Values, *, frees: bool) -> None:
        """Write one ending, the row's id last; ``frees`` its fingerprint.

        Raises ``DatabaseUnavailable``; then it is owed, and written with a later transaction.
        """
        future: asyncio.Future[None] = self._loop.create_future()
        self._gathered.updates.append(((values, frees), future))
        self._gather()
        await future

    async def together(self, work: Callable[[Database], T]) -> T:
        """Do ``work`` in a transaction of its own, in turn with the rest; it is on the disk then."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._gathered.works.append((work, future))
        self._gather()
        return await future

    def _gather(self) -> None:
        """All that is wanted in one turn of the loop is written as one; where many want something, all of a little while."""
        if self._waiting:
            return
        self._waiting = True
        if self._most and self._last >= MANY:
            self._loop.call_later(A_LITTLE, self._hand_over)
        else:
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        """Write now what the loop can write; the thread gets the rest."""
        self._waiting = False
        gathered = self._gathered
        self._last = len(gathered.inserts) + len(gathered.updates)
        if not self._last and not gathered.works:
            return  # `stop` was quicker
        if gathered.works or self._tries >= self._most:
            self._tries = 0
            self._gathered = _Gathered()
            self._queue.put(gathered)
            return
        try:
            told = self._rows_written(gathered, self._base.at_once)
        except Busy:
            self._tries += 1
            self._waiting = True
            self._loop.call_later(_AGAIN, self._hand_over)
            return
        self._tries = 0
        self._gathered = _Gathered()
        _tell(told)
        if not self._securing:
            self._securing = True
            self._loop.call_later(SOON, self._secure)

    def _secure(self) -> None:
        self._securing = False
        self._queue.put(_Gathered(secure=True))

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
                    whole.add(gathered)
                if self._queue.empty() or len(whole.inserts) + len(whole.updates) >= AT_ONCE:
                    break
                gathered = self._queue.get()
            self._write(whole)

    def _write(self, whole: _Gathered) -> None:
        told: list[Told] = []
        if whole.inserts or whole.updates:
            told += self._rows_written(whole, self._base.together)
        for work, future in whole.works:
            told.append((future, _tried(self._base.together, work)))
        if told:
            self._loop.call_soon_threadsafe(_tell, told)
        if whole.secure:
            failed = _tried(lambda work: work(self._base), lambda base: base.secure())
            if failed is not None:
                log.error("the relay's ledger cannot be brought to the disk: %s", failed)

    def _rows_written(self, whole: _Gathered, together: Together) -> list[Told]:
        owed = self._debts()
        inserts, updates = [values for values, _ in whole.inserts], owed + [update for update, _ in whole.updates]
        try:
            result = _tried(together, lambda base: self._both(base, inserts, updates))
        except Busy:
            self._owed.extend(owed)
            raise
        if isinstance(result, BaseException):
            self._owed.extend(updates)
            futures: list[asyncio.Future[Any]] = [future for _, future in whole.inserts]
            futures += [future for _, future in whole.updates]
            return [(future, result) for future in futures]
        known = zip((future for _, future in whole.inserts), result, strict=True)
        return [*known, *((future, None) for _, future in whole.updates)]

    def _debts(self) -> list[Update]:
        """The endings that are owed; the loop and the thread may both be taking."""
        owed: list[Update] = []
        with contextlib.suppress(IndexError):
            while self._owed:
                owed.append(self._owed.popleft())
        return owed

    def _both(self, base: Database, inserts: list[Values], updates: list[Update]) -> list[Row | None]:
        """Endings first, so that a fingerprint that was given free can be taken by a row of the same transaction."""
        if updates:
            base.change_all(_UPDATE, [values for values, _ in updates])
            freed = [values[-1:] for values, frees in updates if frees]
            if freed:
                base.change_all(_FREE, freed)
        if not inserts or self._inserted(base, inserts):
            return [None] * len(inserts)
        return [self._known(base, values) for values in inserts]


def _tried(together: Together, work: Callable[[Database], Any]) -> Any:
    """What ``work`` gives, or the exception that it raised. Raises ``Busy``."""
    try:
        return together(work)
    except Busy:
        raise
    except Exception as error:  # noqa: BLE001 - the writer must live; who waits gets the error
        return error


def _tell(told: list[Told]) -> None:
    for future, result in told:
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
