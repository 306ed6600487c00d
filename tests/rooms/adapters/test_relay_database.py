"""The relay's database: what holds for SQLite holds for Postgres."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from mailstrata.adapters import relay_database
from mailstrata.adapters.relay_database import Busy, Database, DatabaseUnavailable, SqliteDatabase, opened
from mailstrata.model.errors import Refusal

TABLES = ("CREATE TABLE boats (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, log BLOB)",)


@pytest.fixture
def base(place: str) -> Iterator[Database]:
    """A database with one table."""
    database = opened(place)
    database.prepare("boats", version=1, statements=TABLES)
    yield database
    database.close()


def test_what_was_written_is_there(base: Database) -> None:
    """Text, bytes and numbers come back as they were."""
    base.run("INSERT INTO boats (name, log) VALUES (?, ?)", ("Ahoy", b"\x00\xff"))
    assert [(name, bytes(log)) for name, log in base.run("SELECT name, log FROM boats")] == [("Ahoy", b"\x00\xff")]


def test_a_transaction_is_whole_or_nothing(base: Database) -> None:
    """The first statement is undone when the second fails."""

    def twice(inside: Database) -> None:
        inside.run("INSERT INTO boats (name) VALUES (?)", ("Ahoy",))
        inside.run("INSERT INTO boats (name) VALUES (?)", ("Ahoy",))

    with pytest.raises(DatabaseUnavailable):
        base.together(twice)
    assert base.run("SELECT name FROM boats") == []


def test_tables_are_made_once(base: Database, place: str) -> None:
    """Another process finds them; what it writes the first one sees."""
    other = opened(place)
    other.prepare("boats", version=1, statements=TABLES)
    other.run("INSERT INTO boats (name) VALUES (?)", ("Ahoy",))
    other.close()
    assert base.run("SELECT name FROM boats") == [("Ahoy",)]


def test_tables_of_a_newer_version_are_refused(base: Database, place: str) -> None:
    """They are left as they are."""
    base.prepare("sails", version=2, statements=())
    other = opened(place)
    with pytest.raises(Refusal, match="newer mailstrata"):
        other.prepare("sails", version=1, statements=())
    other.close()


def test_a_full_disk_is_told_apart(tmp_path: Path) -> None:
    """The caller can say 452 and not 451."""
    base = SqliteDatabase(tmp_path / "small.sqlite3", pages=8)
    base.prepare("boats", version=1, statements=TABLES)
    with pytest.raises(DatabaseUnavailable) as caught:
        base.run("INSERT INTO boats (name, log) VALUES (?, ?)", ("Ahoy", bytes(100_000)))
    assert caught.value.full
    base.close()


def test_what_is_written_after_another_process_went_is_there(tmp_path: Path) -> None:
    """A relay has the file open twice; `relay user list` looks into it and ends. What is written later is not lost."""
    place = str(tmp_path / "relay.sqlite3")
    first = opened(place)
    first.prepare("boats", version=1, statements=TABLES)
    second = opened(place)
    second.run("SELECT name FROM boats")
    _in_another_process(place, "base.run('SELECT name FROM boats')")
    first.run("INSERT INTO boats (name) VALUES (?)", ("Ahoy",))
    _in_another_process(place, "assert base.run('SELECT name FROM boats') == [('Ahoy',)]")
    first.close()
    second.close()


def _in_another_process(place: str, does: str) -> None:
    code = f"from mailstrata.adapters.relay_database import opened; base = opened({place!r}); {does}; base.close()"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """In one sentence with the path."""
    (tmp_path / "letter").write_text("Dear harbour master, " * 50)
    with pytest.raises(Refusal, match="cannot be opened"):
        opened(str(tmp_path / "letter"))


def test_a_server_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Its name is in the sentence, a password never is."""
    with pytest.raises(Refusal, match="Postgres cannot be reached") as caught:
        opened(f"postgresql://relay:geheim@/postgres?host={tmp_path}")
    assert "geheim" not in caught.value.message


def test_sqlite_needs_no_psycopg() -> None:
    """The extra is imported by those who use it."""
    code = "import sys, mailstrata.adapters.relay_database; sys.exit('psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code


@pytest.mark.parametrize(
    "url", ["relay:s3cr%t@db/relay", "relay:s3@cret@db/relay", "relay:s3/cr@db/relay", "relay@[db?x=s3"]
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    """Postgres's own library quotes what it stumbles over, which is the password as a rule."""
    pytest.importorskip("psycopg")
    with pytest.raises(Refusal, match="URL cannot be read") as refused:
        opened(f"postgresql://{url}")
    assert "s3" not in f"{refused.value.message} {refused.value.hint} {refused.value.__cause__}"


def test_what_is_done_at_once_others_see(tmp_path: Path) -> None:
    """And a statement after it waits and is durable as before."""
    base, other = SqliteDatabase(tmp_path / "one.sqlite3"), SqliteDatabase(tmp_path / "one.sqlite3")
    base.prepare("boats", version=1, statements=TABLES)
    rows = [("Ahoy",), ("Blow",)]
    assert base.at_once(lambda inside: inside.change_all("INSERT INTO boats (name) VALUES (?)", rows)) == 2
    assert other.run("SELECT name FROM boats ORDER BY id") == rows
    assert base.run("PRAGMA synchronous") == [(2,)]
    base.close()
    other.close()


def test_at_once_is_refused_while_somebody_writes(tmp_path: Path) -> None:
    """Another process, or a thread of this one; nothing was done, and afterwards it can be."""
    base, other = SqliteDatabase(tmp_path / "one.sqlite3"), SqliteDatabase(tmp_path / "one.sqlite3")
    base.prepare("boats", version=1, statements=TABLES)

    def insert(inside: Database) -> int:
        return inside.change("INSERT INTO boats (name) VALUES (?)", ("Ahoy",))

    def meanwhile(_: Database) -> None:
        with pytest.raises(Busy):
            other.at_once(insert)

    base.together(meanwhile)
    assert other.at_once(insert) == 1
    base.close()
    other.close()


def test_a_failure_at_once_undoes_the_whole(tmp_path: Path) -> None:
    """The second row is not unique."""
    base = SqliteDatabase(tmp_path / "one.sqlite3")
    base.prepare("boats", version=1, statements=TABLES)
    rows = [("Ahoy",), ("Ahoy",)]
    with pytest.raises(DatabaseUnavailable):
        base.at_once(lambda inside: inside.change_all("INSERT INTO boats (name) VALUES (?)", rows))
    assert base.run("SELECT name FROM boats") == []
    base.close()


def _inserted(row: tuple[object, ...], base: Database) -> int:
    return base.change("INSERT INTO boats (name, log) VALUES (?, ?)", row)


def test_a_long_log_is_taken_over_beside_the_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The prompt connection never does it itself, and the log has an end all the same."""
    monkeypatch.setattr(relay_database, "LOG", 100_000)
    base = SqliteDatabase(tmp_path / "one.sqlite3")
    base.prepare("boats", version=1, statements=TABLES)
    log = tmp_path / "one.sqlite3-wal"
    for number in range(50):
        row = (f"boat {number}", bytes(5000))
        base.at_once(partial(_inserted, row))
    before = log.stat().st_size
    base.secure()
    assert (before > 250_000, log.stat().st_size) == (True, 0)
    assert base.run("SELECT count(*) FROM boats") == [(50,)]
    base.close()


def test_a_log_that_was_taken_over_is_written_from_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it grows no further, and its file is not cut, for which the writers would have to wait."""
    monkeypatch.setattr(relay_database, "TAKEN_OVER", 50)
    base = SqliteDatabase(tmp_path / "one.sqlite3")
    base.prepare("boats", version=1, statements=TABLES)
    log = tmp_path / "one.sqlite3-wal"
    sizes = []
    for number in range(200):
        base.at_once(partial(_inserted, (f"boat {number}", bytes(5000))))
        if number % 50 == 49:
            base.secure()
            sizes.append(log.stat().st_size)
    alone = tmp_path / "alone.sqlite3"
    alone.write_bytes((tmp_path / "one.sqlite3").read_bytes())  # without the log
    kept = SqliteDatabase(alone)
    assert kept.run("SELECT count(*) FROM boats") == [(200,)]
    assert 250_000 < max(sizes) <= 1.1 * sizes[0]
    assert min(sizes) == sizes[0]
    kept.close()
    base.close()


def test_where_there_is_no_log_each_commit_has_reached_the_disk(tmp_path: Path) -> None:
    """On a file system where SQLite cannot keep a log; there is nothing left to bring to the disk."""
    base = SqliteDatabase(tmp_path / "one.sqlite3")
    base.run("PRAGMA journal_mode = DELETE")
    base.prepare("boats", version=1, statements=TABLES)
    base.at_once(partial(_inserted, ("Ahoy", b"")))
    base.secure()
    assert base.run("SELECT name FROM boats") == [("Ahoy",)]
    base.close()
