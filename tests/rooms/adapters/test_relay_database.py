"""The relay's database: what holds for SQLite holds for Postgres."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstrata.adapters.relay_database import Database, DatabaseUnavailable, SqliteDatabase, opened
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
