"""The relay's database in Postgres, for relays on several hosts. It needs the extra ``postgres`` (psycopg 3).

    base = PostgresDatabase("postgresql://relay@db.sailing.example/relay")

A connection that broke is made anew for the next transaction; the one that it broke in failed as a whole or, where the
commit itself was under way, may have been carried out: the caller hears ``DatabaseUnavailable`` and takes neither for granted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from mailstrata.adapters.relay_database import Busy, Database, DatabaseUnavailable, Row, make_tables
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

DISK_FULL = "53100"
"""SQLSTATE (Postgres, appendix A, class 53)."""
LATCH = 6_250_411
"""The number of the advisory lock under which tables are made."""


class PostgresDatabase:
    """``Database`` over one connection. Raises ``Refusal`` when there is none to be had at the start."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise Refusal("Postgres needs psycopg", "pip install 'mailstrata[postgres]'") from error
        self._psycopg = psycopg
        self._url = url
        self._lock = threading.RLock()
        self._deep = False
        _readable(url)
        try:
            self._base = self._connected()
        except psycopg.Error as error:
            words = " ".join(str(error).split())
            hint = "`database` of [relay] names it"
            raise Refusal(f"the relay's Postgres cannot be reached: {words}", hint, status=3) from error

    def run(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """One statement, committed when it returns; inside ``together`` with the rest."""
        with self._lock:
            if self._deep:
                return self._execute(statement, values)
            return self.together(lambda base: base.run(statement, values))

    def change(self, statement: str, values: Sequence[object] = ()) -> int:
        """One statement, and how many rows it inserted or changed."""
        with self._lock:
            if self._deep:
                return self._base.execute(statement.replace("?", "%s").encode(), values).rowcount
            return self.together(lambda base: base.change(statement, values))

    def change_all(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """One statement for each row, in one round trip."""
        cursor = self._base.cursor()
        cursor.executemany(statement.replace("?", "%s").encode(), rows)
        return cursor.rowcount

    def at_once(self, work: Callable[[Database], T]) -> T:
        """Never: each transaction is a round trip."""
        raise Busy

    def secure(self) -> None:
        """Nothing was written ``at_once``."""

    def together(self, work: Callable[[Database], T]) -> T:
        """``work`` in one transaction."""
        with self._lock:
            try:
                self._revive()
                self._deep = True
                with self._base.transaction():
                    return work(self)
            except self._psycopg.Error as error:
                words = " ".join(str(error).split())
                raise DatabaseUnavailable(words, full=error.sqlstate == DISK_FULL) from error
            finally:
                self._deep = False

    def prepare(self, name: str, *, version: int, statements: Sequence[str]) -> None:
        """Make the tables of ``name``; of several hosts one does it."""

        def work(base: Database) -> None:
            base.run("SELECT pg_advisory_xact_lock(?)", (LATCH,))
            make_tables(base, name, version, statements=[_as_postgres(statement) for statement in statements])

        self.together(work)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._base.close()

    def _connected(self) -> psycopg.Connection[Row]:
        return self._psycopg.connect(self._url, autocommit=True, connect_timeout=10)

    def _revive(self) -> None:
        if self._base.closed or self._base.broken:
            self._base = self._connected()

    def _execute(self, statement: str, values: Sequence[object]) -> list[Row]:
        found = self._base.execute(statement.replace("?", "%s").encode(), values)
        return found.fetchall() if found.description else []


def _readable(url: str) -> None:
    """Raises ``Refusal`` for a URL that libpq would read otherwise than it was meant, and then quote, password and all."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    authority, _, rest = url.partition("//")[2].partition("?")[0].partition("/")
    try:
        if authority.count("@") < 2 and "@" not in rest:
            conninfo_to_dict(url)
            return
    except ProgrammingError:
        pass
    raise Refusal(
        "the relay's Postgres URL cannot be read",
        "write what is special in its password as %XX, @ as %40 (RFC 3986 2.1)",
    )


def _as_postgres(statement: str) -> str:
    """Tables are written in SQLite's words; these are the only three that differ."""
    words = (
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        (" INTEGER", " BIGINT"),
        (" BLOB", " BYTEA"),
    )
    for ours, theirs in words:
        statement = statement.replace(ours, theirs)
    return statement.removesuffix(" STRICT")
