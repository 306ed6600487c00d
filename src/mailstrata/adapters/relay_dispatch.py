"""One try of one mail, and giving up: what the delivery of new mails and the spool have in common."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from mailstrata.adapters.relay_ledger import RelayLedger
from mailstrata.adapters.send_pace import SendPace
from mailstrata.model.relaying import TAG, Ending, Entry, Row, State
from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted, Outcome, Outgoing, Sender
from mailstrata.model.values import maker
from mailstrata.relay.answers import Verdict, answer
from mailstrata.relay.delivery import Mode, halves, notice, notice_again
from mailstrata.relay.pacer import Ticket
from mailstrata.relay.retry import GIVE_UP

log = logging.getLogger("mailstrata.relay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the relay delivers. ``patience``: seconds that a mail waits for its turn; the others are in milliseconds."""

    mode: Mode = Mode.THROUGH
    host: str = "localhost"
    """The relay's own name, for notices."""
    configuration_set: str = ""
    patience: float = 60.0
    window: int = 72 * 3600 * 1000
    """For how long a repeat of a mail is recognised."""
    give_up: int = GIVE_UP
    """For how long a spooled mail is tried."""


def now() -> int:
    """The moment in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


_outgoing, _ticket = maker(Outgoing), maker(Ticket)


class Dispatch:
    """Hands mails to ``sender`` at the pace of ``pace``."""

    def __init__(self, *, ledger: RelayLedger, sender: Sender, pace: SendPace, habits: Habits) -> None:
        self.ledger = ledger
        self.habits = habits
        self._sender = sender
        self._pace = pace

    async def turn(self, entry: Entry) -> bool:
        """Wait until a mail may be sent; ``False`` when that takes too long."""
        turn = self._pace.ask(_ticket(user=entry.login, recipients=len(entry.recipients)))
        return turn is None or await self._pace.granted(turn, patience=self.habits.patience)

    async def send(self, row: int, entry: Entry, message: tuple[bytes | memoryview, ...]) -> tuple[Outcome, Verdict]:
        """Hand a mail over, tagged with its row."""
        outcome = await self._sender.send(
            _outgoing(
                sender=entry.sender,
                recipients=entry.recipients,
                message=message,
                tags=((TAG, str(row)),),
                configuration_set=self.habits.configuration_set,
            )
        )
        verdict = answer(outcome)
        if not isinstance(outcome, Accepted):
            self._noticed(row, verdict)
        return outcome, verdict

    async def concede(self, row: Row, message: tuple[bytes | memoryview, ...], reply: Reply) -> None:
        """A promised mail will not be sent as it is: try its halves, or tell the sender, in one transaction with its end.

        SES refuses a mail with one bad recipient as a whole and does not say which it was.
        """
        moment = now()
        whole = b"".join(message)
        if len(row.entry.recipients) > 1 and reply.code >= 500:
            parts = [(entry, whole, moment) for entry in halves(row)]
            await self.ledger.replace(row.id, Ending(state=State.DIVIDED, reply=str(reply)), parts)
            return
        header = whole.partition(b"\r\n\r\n")[0]
        told = notice(row, reply, header=header, host=self.habits.host, now=moment) or notice_again(
            row, reply, whole, now=moment
        )
        new = [(*told, moment)] if told else []
        await self.ledger.replace(row.id, Ending(state=State.GIVEN_UP, reply=str(reply)), new)
        log.warning("row %d is given up: %s", row.id, reply)

    def _noticed(self, row: int, verdict: Verdict) -> None:
        if verdict.throttled:
            self._pace.throttled()
        if verdict.alarm:
            log.error("row %d: %s", row, verdict.reply)
