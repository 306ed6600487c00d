"""What mailstrata did before, asked as a question."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.ledger import SqliteLedger
from mailstrata.adapters.ledger_answers import LedgerAnswers, recorded
from mailstrata.model.facts import SendFacts, SuppressionFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import LedgerRow
from mailstrata.model.question import ApiSend, RemovedSuppression

WHEN = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)
REMOVED = {
    "region": "us-east-1",
    "address": "peter@dock.example",
    "reason": "BOUNCE",
    "updated": WHEN.isoformat(),
    "message_id": "0100-1",
}


class Rows:
    """A ledger of rows that are there."""

    def __init__(self, *rows: LedgerRow, broken: bool = False) -> None:
        self._rows = rows
        self._broken = broken

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """Nothing is written here."""
        raise AssertionError(kind, subject, details)

    def finish(self, row: int, outcome: str) -> None:
        """Nothing is written here."""
        raise AssertionError(row, outcome)

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """Those of one kind."""
        if self._broken:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return tuple(row for row in self._rows if row.kind == kind and subject in {"", row.subject})


def _row(
    number: int, details: Mapping[str, str], *, outcome: str = "done", kind: str = "remove-suppression"
) -> LedgerRow:
    return LedgerRow(id=number, at=WHEN, kind=kind, subject="s", details=details, outcome=outcome)


def _asked(ledger: Rows, address: str = "peter@dock.example") -> Observation[SuppressionFacts]:
    question = RemovedSuppression(region="us-east-1", address=address)
    return asyncio.run(World(answerers=LedgerAnswers(ledger).answerers()).ask(question))


def test_the_entry_that_was_removed_last() -> None:
    """Of several removals the latest, whatever the case of the address."""
    ledger = Rows(_row(1, REMOVED), _row(2, REMOVED | {"message_id": "0100-2"}))
    facts = SuppressionFacts(reason="BOUNCE", updated=WHEN, message_id="0100-2")
    assert _asked(ledger, "Peter@Dock.example") == Seen(value=facts, source="mailstrata's ledger", at=WHEN)


@pytest.mark.parametrize(
    "row",
    [
        _row(1, REMOVED, outcome=""),
        _row(1, REMOVED, outcome="failed"),
        _row(1, REMOVED | {"region": "eu-west-1"}),
        _row(1, REMOVED | {"address": "ann@dock.example"}),
        _row(1, REMOVED, kind="restore-suppression"),
    ],
)
def test_what_was_not_surely_removed_here_is_absent(row: LedgerRow) -> None:
    """An attempt without outcome, another region, another address, another kind."""
    assert isinstance(_asked(Rows(row)), Absent)


@pytest.mark.parametrize("lost", ["updated", "reason"])
def test_a_row_that_does_not_say_what_was_removed_is_unknown(lost: str) -> None:
    """Nothing is made up in its place."""
    details = {name: value for name, value in REMOVED.items() if name != lost}
    assert isinstance(_asked(Rows(_row(1, details))), Unknown)


def test_a_ledger_that_cannot_be_read_is_unknown() -> None:
    """A damaged file does not end the diagnosis."""
    assert _asked(Rows(broken=True)) == Unknown(reason="the ledger cannot be read (DatabaseError)")


def test_a_test_message_is_written_down_before_it_goes_out(tmp_path: Path) -> None:
    """The row is there while the message is under way, and has its outcome afterwards."""
    ledger = SqliteLedger(tmp_path / "ledger.sqlite3", SystemClock())
    outcomes: list[str] = []

    async def send(question: ApiSend) -> Observation[SendFacts]:
        outcomes.append(ledger.rows("test-message", question.sender)[-1].outcome)
        return Seen(value=SendFacts(accepted=True, answer="0100-1"))

    asyncio.run(recorded(send, ledger)(ApiSend("us-east-1", "admin@sailing.example")))  # type: ignore[arg-type]

    outcomes.append(ledger.rows("test-message")[-1].outcome)
    ledger.close()
    assert outcomes == ["", '{"accepted":true,"answer":"0100-1"}']
