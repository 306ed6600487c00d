"""The relay's database, as the tables of users and of mails share it: SQLite in a file, or Postgres for several hosts.

    base = opened("~/.local/state/mailstrata/relay.sqlite3")        # or "postgresql://relay@db.sailing.example/relay"
    base.prepare("users", version=1, statements=("CREATE TABLE relay_users (name TEXT PRIMARY KEY)",))
    base.run("INSERT INTO relay_users (name) VALUES (?)", ("ann",))
    base.run("SELECT name FROM relay_users")                         # [("ann",)]

A statement that returned is on the disk (SQLite: WAL, synchronous FULL; Postgres: its own commit), except for what was done
``at_once``. Threads may share one object: a lock lets one statement through at a time. Each set of tables has a name and a
version of its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mailstrata.adapters import files
from mailstrata.model.errors import Refusal

T = TypeVar("T")
Row = tuple[Any, ...]

BUSY = 10.0
"""Seconds that SQLite waits for another process's transaction."""
TAKEN_OVER = 1000
"""Transactions after which `SqliteDatabase.secure` takes SQLite's log over into the database."""
LOG = 32 * 1024 * 1024
"""Bytes of the log from which its file is cut as well."""
CACHE = 16 * 1024
"""Kilobytes of the database that a connection keeps: a fingerprint may lie on any page of its index."""
_YIELD = 0.5
"""Seconds for which that waits for readers."""
PAGE = 2048
"""Bytes of a page of a new database. A row and its places in the indexes lie on pages of their own, and the log takes whole
pages: with SQLite's 4,096 a mail writes twice as much and takes half as long again."""
_PROMPT = (
    "PRAGMA busy_timeout = 0",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA wal_autocheckpoint = 0",
)
_PATIENT = (
    f"PRAGMA busy_timeout = {BUSY * 1000:.0f}",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 1000",
)
_flushed = getattr(os, "fdatasync", os.fsync)
VERSIONS = "CREATE TABLE IF NOT EXISTS relay_tables (name TEXT PRIMARY KEY, version INTEGER NOT NULL)"


class DatabaseUnavailable(Exception):
    """The database did not take what was to be written. ``full``: because its disk has no room."""

    def __init__(self, words: str, *, full: bool = False) -> None:
        super().__init__(words)
        self.full = full


class Busy(Exception):
    """Somebody else is writing."""


class Database(Protocol):
    """What both databases can. ``?`` stands for a value in both. Raises ``DatabaseUnavailable``."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        ...

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """One statement in a transaction of its own, and its rows."""
        ...

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """One statement, and how many rows it inserted or changed."""
        ...

    def change_all(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """One statement for each of many rows, inside ``together``, and how many rows all of them inserted or changed."""
        ...

    def together(self, work: Callable[[Database], T]) -> T:
        """What ``work`` does, in one transaction: all of it or nothing."""
        ...

    def at_once(self, work: Callable[[Database], T]) -> T:
        """``together`` for an event loop: it waits neither for the disk nor for others. Raises ``Busy``; nothing was done.

        What it wrote outlives the process, and a power cut from the end of the next ``secure`` or ``together`` on.
        """
        ...

    def secure(self) -> None:
        """Bring what was written ``at_once`` to the disk; call it in a thread."""
        ...

    def prepare(self, name: str, *, version: int, statements: Sequence[str]) -> None:
        """Make a set of tables where it does not stand yet. Raises ``Refusal`` for one of a newer version."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def opened(place: str) -> Database:
    """The database at ``place``: a path, or a ``postgresql:`` URL. Raises ``Refusal`` when it cannot be opened."""
    if place.startswith(("postgresql:", "postgres:")):
        from mailstrata.adapters.relay_database_postgres import PostgresDatabase

        return PostgresDatabase(place)
    return SqliteDatabase(Path(place).expanduser())


class SqliteDatabase:
    """``Database`` over one file, which several processes of one host may share. ``pages`` bounds its size, for tests.

    Its connection is patient, and its transactions reach the disk, or it is prompt, and the system's memory is enough: there
    they are safe from the end of this process. Changing from one to the other costs more than a transaction, so it stays
    as it was used last.
    """

    dialect = "sqlite"

    def __init__(self, path: Path, *, pages: int = 0) -> None:
        self._lock = threading.RLock()
        self._path = path
        self._prompt = False
        self._keeper: sqlite3.Connection | None = None
        self._since = 0
        try:
            self._base = _opened(path)
        except (sqlite3.Error, OSError) as error:
            words = error.strerror if isinstance(error, OSError) else str(error)
            raise Refusal(
                f"the database {path} cannot be opened: {words}", "name another file, or move it away"
            ) from error
        if pages:
            self._base.execute(f"PRAGMA max_page_count = {pages}")

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """One statement, durable when it returns; inside ``together`` with the rest."""
        with self._lock:
            self._patient()
            try:
                return self._base.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise _unavailable(error) from error

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """One statement, and how many rows it inserted or changed."""
        with self._lock:
            self._patient()
            try:
                return self._base.execute(statement, values).rowcount
            except sqlite3.Error as error:
                raise _unavailable(error) from error

    def change_all(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """One statement for each row."""
        try:
            return self._base.executemany(statement, rows).rowcount
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    def together(self, work: Callable[[Database], T]) -> T:
        """``work`` in one transaction, which takes the write lock at its start."""
        with self._lock:
            self._patient()
            return self._transaction(work)

    def at_once(self, work: Callable[[Database], T]) -> T:
        """``work`` in one transaction, if the write lock can be had now."""
        if not self._lock.acquire(blocking=False):
            raise Busy
        try:
            if not self._prompt:
                self._set(_PROMPT)
            return self._transaction(work)
        finally:
            self._lock.release()

    def secure(self) -> None:
        """Flush the log to the disk, and take a long one over into the database.

        Committing does neither when the connection is prompt. A second connection takes over, first beside those who write,
        then, for what they wrote meanwhile, without them, since else the log has no end (sqlite.org/wal.html, 2.3). It is then
        written from its beginning; cutting its file too keeps the writers out for ten times as long. SQLite locks its database
        and not its log, so the log may be opened and closed beside it.
        """
        try:
            with Path(f"{self._path}-wal").open("rb", buffering=0) as log:
                _flushed(log.fileno())
                size = os.fstat(log.fileno()).st_size
            if size > LOG:
                self._take_over("TRUNCATE")
            elif self._since >= TAKEN_OVER:
                self._take_over("RESTART")
        except (
            FileNotFoundError
        ):  # a file system without shared memory has no log: there each commit waits for the disk
            return
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        except OSError as error:
            raise DatabaseUnavailable(error.strerror or str(error)) from error

    def prepare(self, name: str, *, version: int, statements: Sequence[str]) -> None:
        """Make the tables of ``name``; of several processes one does it."""
        self.together(lambda base: make_tables(base, name, version, statements=statements))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._keeper is not None:
                self._keeper.close()
            self._base.close()

    def _transaction(self, work: Callable[[Database], T]) -> T:
        try:
            self._base.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if self._prompt and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise Busy from error
            raise _unavailable(error) from error
        try:
            done = work(self)
            self._base.execute("COMMIT")
            self._since += 1
        except BaseException as error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise _unavailable(error) from error
            raise
        return done

    def _patient(self) -> None:
        if self._prompt and not self._base.in_transaction:
            self._set(_PATIENT)

    def _set(self, pragmas: Sequence[str]) -> None:
        for pragma in pragmas:
            self._base.execute(pragma).fetchall()
        self._prompt = pragmas is _PROMPT

    def _take_over(self, last: str) -> None:
        self._since = 0
        if self._keeper is None:
            self._keeper = sqlite3.connect(self._path, timeout=_YIELD, isolation_level=None, check_same_thread=False)
        for mode in ("PASSIVE", last):
            self._keeper.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()


def make_tables(base: Database, name: str, version: int, *, statements: Sequence[str]) -> None:
    """Inside a transaction: make a set of tables unless it stands, and note its version."""
    base.run(VERSIONS)
    found = base.run("SELECT version FROM relay_tables WHERE name = ?", (name,))
    if found and found[0][0] > version:
        raise Refusal(f"the relay's tables {name!r} were made by a newer mailstrata", "update mailstrata")
    if found:
        return
    for statement in statements:
        base.run(statement)
    base.run("INSERT INTO relay_tables (name, version) VALUES (?, ?)", (name, version))


def _opened(path: Path) -> sqlite3.Connection:
    files.made_private(path)
    base = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        base.execute(f"PRAGMA page_size = {PAGE}")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        base.execute(f"PRAGMA cache_size = -{CACHE}")
    except BaseException:
        base.close()
        raise
    return base


def _unavailable(error: sqlite3.Error) -> DatabaseUnavailable:
    """SQLite's result code for a full disk is 13, SQLITE_FULL (sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", 0)
    return DatabaseUnavailable(str(error), full=code & 0xFF == sqlite3.SQLITE_FULL)
