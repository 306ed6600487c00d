"""What mailstrata itself did before, asked as a question like any other.

    LedgerAnswers(ledger).answerers()

An entry that a fix removed from the suppression list is gone from SES; that it stood there, why and because of which mail,
only the ledger still knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.formats import world
from mailstrata.model.facts import SendFacts, SuppressionFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Ledger, LedgerRow
from mailstrata.model.question import ApiSend, Question, RemovedSuppression, SmtpSend

KIND = "remove-suppression"
"""Rows of a removed entry: details ``region``, ``address``, ``reason``, ``updated`` (ISO 8601) and ``message_id``."""
SOURCE = "mailstrata's ledger"
TEST_MESSAGE = "test-message"
"""Rows of a test message to SES's mailbox simulator: subject the sender, details ``question`` in the notation."""


class LedgerAnswers:
    """Answers from the record of our own changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {RemovedSuppression: self.removed}

    async def removed(self, question: RemovedSuppression) -> Observation[SuppressionFacts]:
        """The entry that was removed last for an address in a region; absent when none ever was."""
        try:
            rows = [row for row in self._ledger.rows(KIND) if _is_of(row, question)]
        except (sqlite3.Error, ValueError) as error:
            return Unknown(reason=f"the ledger cannot be read ({type(error).__name__})")
        if not rows:
            return Absent(how="no such row", source=SOURCE)
        return _entry(rows[-1])


def _is_of(row: LedgerRow, question: RemovedSuppression) -> bool:
    same = row.details.get("address", "").lower() == question.address.lower()
    return same and row.outcome == "done" and row.details.get("region") == question.region


def _entry(row: LedgerRow) -> Seen[SuppressionFacts] | Unknown:
    try:
        entry = SuppressionFacts(
            reason=row.details["reason"],
            updated=datetime.fromisoformat(row.details["updated"]),
            message_id=row.details.get("message_id", ""),
        )
    except (KeyError, ValueError):
        return Unknown(reason=f"row {row.id} of the ledger does not say what was removed")
    return Seen(value=entry, source=SOURCE, at=row.at)


def recorded(answerer: Answerer, ledger: Ledger) -> Answerer:
    """``answerer`` for questions whose asking sends a test message: written down before, with its outcome after."""

    async def ask(question: ApiSend | SmtpSend) -> Observation[SendFacts]:
        row = ledger.begin(TEST_MESSAGE, question.sender, {"question": world.render_question(question)})
        observation: Observation[SendFacts] = await answerer(question)
        ledger.finish(row, world.render_value(question, observation)[:500])
        return observation

    return ask
