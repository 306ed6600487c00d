"""The record of every effect on the world, in SQLite: a row before the effect, its outcome after.

    ledger = SqliteLedger(Path("ledger.sqlite"), clock)
    row = ledger.begin("remove-suppression", "peter@dock.example", {"region": "us-east-1"})
    ...                                                    # the effect; if we die here the row says so: no outcome
    ledger.finish(row, "done")

A row is on the disk before ``begin`` returns (WAL, synchronous FULL). Several threads and several processes may use one
file. A value that has the name or the shape of a secret is refused: it is a bug of ours and never reaches the disk.
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mailstrata.adapters import files
from mailstrata.model.errors import Refusal
from mailstrata.model.ports import Clock, LedgerRow

SCHEMA = 1
"""The version of the tables, kept in the file as ``user_version``."""

_TABLES = """
CREATE TABLE effects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '',
    finished TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX effects_by_subject ON effects (kind, subject);
"""
_SELECT = """
SELECT id, at, kind, subject, details, outcome FROM effects
WHERE (:kind = '' OR kind = :kind) AND (:subject = '' OR subject = :subject) ORDER BY id
"""
_SECRET_NAME = re.compile(r"password|secret_access_key|session_token|private_key", re.IGNORECASE)
_SECRET_SHAPE = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?:[A-Za-z0-9+/]{40}|[AB][A-Za-z0-9+/]{43})\Z")
_BUSY = 10.0


class SqliteLedger:
    """``model.ports.Ledger`` over one file. Close it at the end.

    Raises ``Refusal`` for a file that is no ledger, that a newer mailstrata has written, or that cannot be opened.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        try:
            self._base = _opened(path)
        except (sqlite3.Error, OSError) as error:
            words = error.strerror if isinstance(error, OSError) else str(error)
            raise Refusal(
                f"the ledger {path} cannot be opened: {words}", "name another file, or move it away"
            ) from error

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """Write down, durably, what is about to be done; gives the row's id. Raises ``ValueError`` for a secret."""
        _refuse_secrets(details)
        values = (self._now(), kind, subject, json.dumps(dict(details), ensure_ascii=False, sort_keys=True))
        with self._lock:
            row = self._base.execute(
                "INSERT INTO effects (at, kind, subject, details) VALUES (?, ?, ?, ?)", values
            ).lastrowid
        assert row is not None
        return row

    def finish(self, row: int, outcome: str) -> None:
        """Write down what became of it. Raises ``ValueError`` when the row does not exist or has its outcome already."""
        if not outcome:
            raise ValueError("an outcome is a word; the empty one means that it is not known yet")
        _refuse_secrets({"outcome": outcome})
        change = "UPDATE effects SET outcome = ?, finished = ? WHERE id = ? AND outcome = ''"
        with self._lock:
            changed = self._base.execute(change, (outcome, self._now(), row)).rowcount
        if changed != 1:
            raise ValueError(f"row {row} of the ledger does not exist, or has its outcome already")

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """Rows in the order of time, of one kind and subject where given."""
        with self._lock:
            found = self._base.execute(_SELECT, {"kind": kind, "subject": subject}).fetchall()
        return tuple(_row(entry) for entry in found)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def _now(self) -> str:
        return self._clock.now().isoformat()


def _opened(path: Path) -> sqlite3.Connection:
    files.made_private(path)
    base = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        _prepare(base, path)
    except BaseException:
        base.close()
        raise
    return base


def _prepare(base: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file. The lock of IMMEDIATE lets only one of several processes do it."""
    base.execute("BEGIN IMMEDIATE")
    version = base.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        for statement in _TABLES.split(";"):
            base.execute(statement)
        base.execute(f"PRAGMA user_version = {SCHEMA}")
    base.execute("COMMIT")
    if version > SCHEMA:
        raise Refusal(f"the ledger {path} was written by a newer mailstrata", "update mailstrata, or name another file")


def _row(entry: tuple[int, str, str, str, str, str]) -> LedgerRow:
    row, at, kind, subject, details, outcome = entry
    return LedgerRow(
        id=row,
        at=datetime.fromisoformat(at),
        kind=kind,
        subject=subject,
        details=json.loads(details),
        outcome=outcome,
    )


def _refuse_secrets(details: Mapping[str, str]) -> None:
    for name, value in details.items():
        if _SECRET_NAME.search(name) or _SECRET_SHAPE.match(value):
            raise ValueError(f"the detail {name!r} has the name or the shape of a secret; the ledger keeps none")
