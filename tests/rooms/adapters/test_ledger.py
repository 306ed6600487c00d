"""The record of every effect on the world."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.ledger import SqliteLedger
from mailstrata.model.errors import Refusal
from mailstrata.model.ports import LedgerRow

CANARY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PASSWORD = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"
_DYING = """
import os, sys
from pathlib import Path
from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.ledger import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]), SystemClock())
ledger.finish(ledger.begin("rotate", "relay", {"step": "1"}), "done")
ledger.begin("rotate", "relay", {"step": "2"})
os._exit(9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is kept."""
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    """An empty ledger."""
    opened = SqliteLedger(path, SystemClock())
    yield opened
    opened.close()


def _told(rows: tuple[LedgerRow, ...]) -> list[tuple[str, str, str]]:
    return [(row.kind, row.subject, row.outcome) for row in rows]


def test_a_row_has_no_outcome_until_it_is_known(ledger: SqliteLedger) -> None:
    """What died in between can be told from what succeeded."""
    first = ledger.begin("remove-suppression", "peter@dock.example", {"region": "us-east-1"})
    ledger.begin("rotate", "relay", {})
    ledger.finish(first, "done")
    assert _told(ledger.rows()) == [("remove-suppression", "peter@dock.example", "done"), ("rotate", "relay", "")]
    assert ledger.rows()[0].details == {"region": "us-east-1"}
    assert ledger.rows()[0].at.tzinfo is not None


def test_rows_of_one_kind_and_subject(ledger: SqliteLedger) -> None:
    """Either may be left out."""
    for kind, subject in (("a", "x"), ("a", "y"), ("b", "x")):
        ledger.begin(kind, subject, {})
    assert [row.id for row in ledger.rows("a")] == [1, 2]
    assert [row.id for row in ledger.rows(subject="x")] == [1, 3]
    assert [row.id for row in ledger.rows("a", "y")] == [2]


def test_an_outcome_is_written_once(ledger: SqliteLedger) -> None:
    """A second one would overwrite the truth; a row that does not exist has none."""
    row = ledger.begin("a", "x", {})
    ledger.finish(row, "done")
    for wrong in (row, row + 1):
        with pytest.raises(ValueError, match="does not exist, or has its outcome"):
            ledger.finish(wrong, "failed")
    with pytest.raises(ValueError, match="not known yet"):
        ledger.finish(row, "")
    assert _told(ledger.rows()) == [("a", "x", "done")]


def test_a_process_that_dies_leaves_its_row(path: Path) -> None:
    """Killed between the row and its outcome: the row is there, without an outcome."""
    ended = subprocess.run([sys.executable, "-c", _DYING, str(path)], timeout=60, check=False)  # noqa: S603 - our own
    assert ended.returncode == 9
    ledger = SqliteLedger(path, SystemClock())
    assert [(row.details["step"], row.outcome) for row in ledger.rows()] == [("1", "done"), ("2", "")]
    ledger.close()


def test_several_threads_and_connections_write_one_file(ledger: SqliteLedger, path: Path) -> None:
    """No row is lost and none has another's outcome."""
    other = SqliteLedger(path, SystemClock())

    def write(target: SqliteLedger, name: str) -> None:
        for number in range(10):
            target.finish(target.begin(name, str(number), {}), f"{name}-{number}")

    threads = [threading.Thread(target=write, args=(it, f"t{n}")) for n, it in enumerate((ledger, other) * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    rows = ledger.rows()
    assert len(rows) == 40
    assert all(row.outcome == f"{row.kind}-{row.subject}" for row in rows)


@given(st.dictionaries(st.text(max_size=10).map(lambda name: "x" + name), st.text(max_size=39), max_size=5))
def test_details_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, details: dict[str, str]) -> None:
    """Any text."""
    ledger = SqliteLedger(tmp_path_factory.mktemp("ledger") / "l.sqlite", SystemClock())
    ledger.begin("a", "x", details)
    assert ledger.rows()[0].details == details
    ledger.close()


@pytest.mark.parametrize(
    "details",
    [{"password": "x"}, {"secret_access_key": "x"}, {"note": CANARY}, {"note": PASSWORD}, {"smtp_password": "x"}],
)
def test_a_secret_never_reaches_the_disk(ledger: SqliteLedger, path: Path, details: dict[str, str]) -> None:
    """It is refused by its name and by its shape, without being quoted, and no file holds it."""
    with pytest.raises(ValueError, match="shape of a secret") as raised:
        ledger.begin("rotate", "relay", details)
    row = ledger.begin("rotate", "relay", {"secret": "aws:mailstrata/smtp/admin", "key": "AKIA2EXAMPLE00000001"})
    with pytest.raises(ValueError, match="shape of a secret"):
        ledger.finish(row, CANARY)
    assert not any(value in str(raised.value) for value in (CANARY, PASSWORD))
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"aws:mailstrata/smtp/admin" in stored
    assert CANARY.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_the_file_is_its_owners(ledger: SqliteLedger, path: Path) -> None:
    """Addresses of correspondents stand in it."""
    ledger.begin("a", "x", {})
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "ledger.sqlite" in modes


def test_rows_are_in_the_file_when_begin_returns(ledger: SqliteLedger, path: Path) -> None:
    """Another connection sees them, in WAL mode and with the version of the tables."""
    ledger.begin("a", "x", {})
    seen = sqlite3.connect(path)
    assert seen.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert seen.execute("PRAGMA user_version").fetchone() == (1,)
    assert seen.execute("SELECT kind, outcome FROM effects").fetchall() == [("a", "")]
    seen.close()


def test_rows_written_after_another_process_went_are_there(ledger: SqliteLedger, path: Path) -> None:
    """The same file may be open twice in one process, and read by another that ends before this one does."""
    second = SqliteLedger(path, SystemClock())
    code = f"import sqlite3; base = sqlite3.connect({str(path)!r}); base.execute('PRAGMA user_version'); base.close()"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
    ledger.begin("a", "x", {})
    seen = sqlite3.connect(path)
    assert seen.execute("SELECT kind FROM effects").fetchall() == [("a",)]
    seen.close()
    second.close()


def test_a_ledger_of_a_newer_mailstrata_is_refused(path: Path) -> None:
    """Rather than written to in ways that it does not expect."""
    SqliteLedger(path, SystemClock()).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(Refusal, match="newer mailstrata"):
        SqliteLedger(path, SystemClock())


def test_a_file_that_is_no_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """The message names it."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and long enough to be taken for one by nobody" * 20)
    before = path.read_bytes()
    with pytest.raises(Refusal, match=r"notes\.txt cannot be opened"):
        SqliteLedger(path, SystemClock())
    assert path.read_bytes() == before
    with pytest.raises(Refusal, match="cannot be opened"):
        SqliteLedger(tmp_path, SystemClock())
