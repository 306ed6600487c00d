"""``credentials check --send``: a row in the ledger before the test message, its outcome after."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from tests.scenarios.commands import Operator, operated

from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.ledger import SqliteLedger
from mailstrata.adapters.ledger_answers import TEST_MESSAGE
from mailstrata.model.ports import LedgerRow

pytestmark = pytest.mark.lab

CHECK = ("credentials", "check", "--port", "587", "--json")


def _set_ledger(operator: Operator, path: Path) -> None:
    setup = operator.folder / "mailstrata.toml"
    setup.write_text(re.sub(r"(?m)^ledger = .*", f'ledger = "{path}"', setup.read_text()))


def _rows(path: Path) -> tuple[LedgerRow, ...]:
    ledger = SqliteLedger(path, SystemClock())
    try:
        return ledger.rows(TEST_MESSAGE)
    finally:
        ledger.close()


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [("healthy", "accepted: 250 Ok "), ("send-not-authorized", "not-authorized: 554 Access denied: ")],
)
def test_a_test_message_is_in_the_ledger_with_what_became_of_it(tmp_path: Path, scenario: str, outcome: str) -> None:
    """Through which door and key, as whom; and no row where nothing is sent."""

    async def checked() -> tuple[int, tuple[LedgerRow, ...]]:
        async with operated(scenario, tmp_path) as operator:
            path = tmp_path / "ledger.sqlite3"
            _set_ledger(operator, path)
            await operator.run(*CHECK)
            before = len(_rows(path))
            await operator.run(*CHECK, "--send")
            return before, _rows(path)

    before, (row,) = asyncio.run(checked())
    assert before == 0
    assert row.subject == "admin@sailing.example"
    assert row.details["question"].startswith("smtp-send email-smtp.us-east-1.amazonaws.com 587 AKIA")
    assert row.outcome.startswith(outcome)


def test_nothing_is_sent_where_nothing_can_be_written_down(tmp_path: Path) -> None:
    """The row comes first."""

    async def checked() -> tuple[int, str, int]:
        async with operated("healthy", tmp_path) as operator:
            _set_ledger(operator, tmp_path)
            region = operator.living.parts.ses.region("us-east-1")
            known = len(region.sent)
            ran = await operator.run(*CHECK, "--send")
            return ran.status, ran.err, len(region.sent) - known

    status, said, sent = asyncio.run(checked())
    assert (status, sent) == (2, 0)
    assert "cannot be opened" in said
