"""The relay's ledger: a row on the disk before a mail is handed to SES, and its outcome after. SQLite or Postgres.

    ledger = RelayLedger(opened("relay.sqlite3"))
    ledger.start()
    row = ledger.next_id()
    await ledger.begin(row, entry)       # None: it is new and written; a Row: the same mail was here before
    ...                                  # the effect; if we die here the row says so
    await ledger.finish(row, Ending(state=State.ACCEPTED, ses_id="0100…"))

All rows go through one writer (``relay_writer``), which puts what is waiting into one transaction. That no mail is sent twice
is held by the database itself, also between processes and hosts: a fingerprint may stand in one row only, and a spooled row
is taken by a conditional change.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from typing import Any

from mailstrata.adapters.relay_database import Database
from mailstrata.adapters.relay_writer import Writer
from mailstrata.model.relaying import Ending, Entry, Row, Spooled, State

VERSION = 1
TABLES = (
    "CREATE TABLE relay_writers (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, host TEXT NOT NULL, "
    "pid INTEGER NOT NULL)",
    """
    CREATE TABLE relay_mails (
        id INTEGER NOT NULL PRIMARY KEY,
        at INTEGER NOT NULL,
        login TEXT NOT NULL,
        sender TEXT NOT NULL,
        recipients TEXT NOT NULL,
        size INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        fingerprint TEXT UNIQUE,
        changes TEXT NOT NULL,
        peer TEXT NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 1,
        due INTEGER NOT NULL DEFAULT 0,
        ses_id TEXT NOT NULL DEFAULT '',
        region TEXT NOT NULL DEFAULT '',
        reply TEXT NOT NULL DEFAULT '',
        finished INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX relay_mails_by_ses_id ON relay_mails (ses_id) WHERE ses_id <> ''",
    "CREATE INDEX relay_mails_handed ON relay_mails (at) WHERE state = 'handed'",
    "CREATE INDEX relay_mails_due ON relay_mails (due) WHERE state = 'spooled'",
    "CREATE TABLE relay_spool (mail INTEGER NOT NULL PRIMARY KEY, message BLOB NOT NULL)",
)
COLUMNS = "id, at, login, sender, recipients, size, message_id, fingerprint, changes, peer, state, ses_id, region, reply, tries"
_INSERT = (
    "INSERT INTO relay_mails (id, at, login, sender, recipients, size, message_id, fingerprint, changes, peer, state, due)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING"
)
_CLAIM = f"""
UPDATE relay_mails SET due = ? WHERE state = 'spooled' AND due <= ? AND id IN
(SELECT id FROM relay_mails WHERE state = 'spooled' AND due <= ? ORDER BY due LIMIT ?) RETURNING {COLUMNS}
"""  # noqa: S608 - made of constants
_WRITER_BITS = 40
"""A writer numbers its rows itself: its own number stands above so many bits, which last for a million million mails."""


class RelayLedger:
    """The ledger of one process. ``start`` it in a running loop, ``stop`` it at the end; the database stays open."""

    def __init__(self, base: Database) -> None:
        prepare(base)
        made = base.run(
            "INSERT INTO relay_writers (at, host, pid) VALUES (?, ?, ?) RETURNING id",
            (_now(), socket.gethostname(), os.getpid()),
        )
        self._next: int = made[0][0] << _WRITER_BITS
        self._base = base
        self._writer = Writer(base, inserted=_inserted, known=_known)

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()

    async def stop(self) -> None:
        """Write what is waiting, and end."""
        await self._writer.stop()

    def next_id(self) -> int:
        """An id that no other row has, in this process or another."""
        self._next += 1
        return self._next

    async def begin(self, row: int, entry: Entry) -> Row | None:
        """Write down that ``entry`` is about to be handed over; gives the row that had its fingerprint first, if any.

        Raises ``DatabaseUnavailable``: then nothing was written, or nobody knows, and nothing may be handed over.
        """
        return await self._writer.insert(_values(row, entry, State.HANDED, due=0))

    async def known(self, entry: Entry) -> Row | None:
        """The row of an equal mail, if there is one. Raises ``DatabaseUnavailable``."""
        values = _values(0, entry, State.HANDED, due=0)
        return await self._writer.together(lambda base: _known(base, values))

    async def free(self, row: int) -> None:
        """Give the fingerprint of a row free that has its outcome, or waits: an equal mail is another one."""
        statement = "UPDATE relay_mails SET fingerprint = NULL WHERE id = ? AND state <> 'handed'"
        await self._writer.together(lambda base: base.run(statement, (row,)))

    async def finish(self, row: int, ending: Ending) -> None:
        """Write down what became of it. Raises ``DatabaseUnavailable``; the ending is then written when that is possible.

        A refused mail gives its fingerprint free: the client may try it again.
        """
        values = (ending.state.value, ending.ses_id, ending.region, ending.reply, _now(), row)
        await self._writer.update(values, frees=ending.state is State.REFUSED)

    async def spool(self, row: int, message: Sequence[bytes | memoryview], *, due: int, reply: str) -> None:
        """Keep a handed row's mail, to be taken again from ``due`` on (milliseconds since 1970). Durable when it returns."""
        whole = b"".join(message)

        def work(base: Database) -> None:
            _keep(base, row, whole)
            base.run(
                "UPDATE relay_mails SET state = ?, due = ?, reply = ? WHERE id = ?", (State.SPOOLED, due, reply, row)
            )

        await self._writer.together(work)

    async def put_off(self, row: int, *, due: int, reply: str) -> None:
        """Give a mail that was handed over, and surely not sent, back to the spool."""
        statement = "UPDATE relay_mails SET state = ?, due = ?, reply = ? WHERE id = ? AND state = 'handed'"
        await self._writer.together(lambda base: base.run(statement, (State.SPOOLED, due, reply, row)))

    async def replace(self, row: int, ending: Ending, new: Sequence[tuple[Entry, bytes, int]]) -> None:
        """End a taken row and spool new ones in its place, in one transaction: a notice, or the halves of its recipients."""

        def work(base: Database) -> None:
            _end(base, row, ending)
            for entry, message, due in new:
                number = self.next_id()
                base.run(_INSERT, _values(number, entry, State.SPOOLED, due=due))
                _keep(base, number, message)

        await self._writer.together(work)

    async def done(self, row: int, ending: Ending) -> None:
        """End a taken row; its message leaves the spool."""
        await self._writer.together(lambda base: _end(base, row, ending))

    async def claim(self, *, limit: int, lease: int) -> list[Spooled]:
        """Take mails that are due, for ``lease`` milliseconds: nobody else takes them so long, nor after ``hand``."""

        def work(base: Database) -> list[Spooled]:
            now = _now()
            rows = [_row(found) for found in base.run(_CLAIM, (now + lease, now, now, limit))]
            messages = (base.run("SELECT message FROM relay_spool WHERE mail = ?", (row.id,)) for row in rows)
            pairs = zip(rows, messages, strict=True)
            return [Spooled(row=row, message=bytes(kept[0][0]), until=now + lease) for row, kept in pairs]

        return await self._writer.together(work)

    async def hand(self, mail: Spooled) -> bool:
        """Write down that a taken mail is handed over now; ``False`` when the lease ran out and it is somebody else's."""
        statement = (
            "UPDATE relay_mails SET state = 'handed', tries = tries + 1 WHERE id = ? AND state = 'spooled' AND due = ?"
        )
        return await self._writer.together(lambda base: base.change(statement, (mail.row.id, mail.until))) == 1

    async def keep(self, row: int, message: Sequence[bytes | memoryview]) -> None:
        """Keep the mail of a row whose fate is unknown and for which the relay answers."""
        whole = b"".join(message)
        await self._writer.together(lambda base: _keep(base, row, whole))

    async def next_due(self) -> int | None:
        """When the next spooled mail is due, in milliseconds since 1970."""
        found = await self._writer.together(
            lambda base: base.run("SELECT min(due) FROM relay_mails WHERE state = 'spooled'")
        )
        earliest: int | None = found[0][0]
        return earliest

    async def forget(self, before: int) -> int:
        """Give the fingerprints of rows before a moment free, except of those whose fate is unknown; how many there were."""
        statement = (
            "UPDATE relay_mails SET fingerprint = NULL WHERE at < ? AND fingerprint IS NOT NULL AND state <> 'handed'"
        )
        return await self._writer.together(lambda base: base.change(statement, (before,)))


def prepare(base: Database) -> None:
    """Make the ledger's tables where there are none."""
    base.prepare("mails", version=VERSION, statements=TABLES)


def unsettled(base: Database, before: int) -> list[Row]:
    """Rows that were handed over before a moment and have no outcome: sent or not, nobody knows."""
    statement = f"SELECT {COLUMNS} FROM relay_mails WHERE state = 'handed' AND at < ? ORDER BY at"  # noqa: S608
    return [_row(found) for found in base.run(statement, (before,))]


def settle(base: Database, row: int, ending: Ending) -> bool:
    """Write down what became of a row without outcome: by an event of SES, or as the operator says. Whether it had none."""
    changed = base.together(lambda inside: _end(inside, row, ending, only=State.HANDED))
    return changed == 1


def release(base: Database, row: int) -> bool:
    """Settle a row without outcome as not sent: a mail that the relay answers for is tried again. Whether it had none."""

    def work(inside: Database) -> bool:
        if not inside.run("SELECT 1 FROM relay_spool WHERE mail = ?", (row,)):
            return _end(inside, row, Ending(state=State.REFUSED), only=State.HANDED) == 1
        statement = "UPDATE relay_mails SET state = 'spooled', due = 0 WHERE id = ? AND state = 'handed'"
        return inside.change(statement, (row,)) == 1

    return base.together(work)


def waiting(base: Database, login: str) -> int:
    """How many mails the relay has taken over for a login and not sent yet."""
    return int(base.run("SELECT count(*) FROM relay_mails WHERE login = ? AND state = 'spooled'", (login,))[0][0])


def drop(base: Database, login: str) -> int:
    """Give those mails up, without a notice to whoever had the login; how many there were. One that is handed over is not."""
    ending = Ending(state=State.GIVEN_UP, reply="its login was revoked")

    def work(inside: Database) -> int:
        rows = inside.run("SELECT id FROM relay_mails WHERE login = ? AND state = 'spooled'", (login,))
        return sum(_end(inside, row, ending, only=State.SPOOLED) for (row,) in rows)

    return base.together(work)


def found(base: Database, *, ses_id: str = "", message_id: str = "") -> list[Row]:
    """The map between a message's own id and SES's, either way."""
    column, value = ("ses_id", ses_id) if ses_id else ("message_id", message_id)
    statement = f"SELECT {COLUMNS} FROM relay_mails WHERE {column} = ? AND {column} <> '' ORDER BY id"  # noqa: S608
    return [_row(entry) for entry in base.run(statement, (value,))]


def _now() -> int:
    return time.time_ns() // 1_000_000


def _keep(base: Database, row: int, message: bytes) -> None:
    base.run("INSERT INTO relay_spool (mail, message) VALUES (?, ?) ON CONFLICT (mail) DO NOTHING", (row, message))


def _end(base: Database, row: int, ending: Ending, *, only: str = "") -> int:
    changed = base.change(
        "UPDATE relay_mails SET state = ?, ses_id = ?, region = ?, reply = ?, finished = ?,"
        " fingerprint = CASE WHEN ? = 'refused' THEN NULL ELSE fingerprint END WHERE id = ? AND (? = '' OR state = ?)",
        (ending.state, ending.ses_id, ending.region, ending.reply, _now(), ending.state, row, only, only),
    )
    if changed:
        base.run("DELETE FROM relay_spool WHERE mail = ?", (row,))
    return changed


def _values(row: int, entry: Entry, state: State, *, due: int) -> tuple[object, ...]:
    recipients = entry.recipients[0] if len(entry.recipients) == 1 else "\n".join(entry.recipients)
    changes = "\n".join(entry.changes)
    return (
        row,
        entry.at,
        entry.login,
        entry.sender,
        recipients,
        entry.size,
        entry.message_id,
        entry.fingerprint,
        changes,
        entry.peer,
        state.value,
        due,
    )


def _row(found: tuple[Any, ...]) -> Row:
    (
        row,
        at,
        login,
        sender,
        recipients,
        size,
        message_id,
        fingerprint,
        changes,
        peer,
        state,
        ses_id,
        region,
        reply,
        tries,
    ) = found
    entry = Entry(
        login=login,
        sender=sender,
        recipients=tuple(recipients.split("\n")),
        at=at,
        size=size,
        message_id=message_id,
        fingerprint=fingerprint,
        changes=tuple(changes.split("\n")) if changes else (),
        peer=peer,
    )
    ending = Ending(state=State(state), ses_id=ses_id, region=region, reply=reply)
    return Row(id=row, entry=entry, ending=ending, tries=tries)


def _inserted(base: Database, rows: Sequence[tuple[object, ...]]) -> bool:
    """Insert many rows; whether all of them are new."""
    return base.change_all(_INSERT, rows) == len(rows)


def _known(base: Database, row: tuple[object, ...]) -> Row | None:
    """The row that holds the fingerprint in place of ``row``; ``None`` when ``row`` holds it."""
    statement = f"SELECT {COLUMNS} FROM relay_mails WHERE fingerprint = ? AND id <> ?"  # noqa: S608 - made of constants
    there = base.run(statement, (row[7], row[0])) if row[7] is not None else []
    return _row(there[0]) if there else None
