"""A mail that somebody tried to send, and what is known of its fate.

    Attempt(id="attempt-1", sender="admin@sailing.example", recipient="peter@dock.example", via=Via.GMAIL_ALIAS,
            at=..., outcome=Outcome.REFUSED_AT_RELAY, reply=Reply(code=535, ...))

``Case`` is what a diagnosis begins with: the operator's setup and the attempts. When nobody has tried yet, or a repair is
to be proven, ``prospects`` are the sends that would come next; attribution asks of them where they would stop.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailstrata.model.reply import Reply
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass


class Via(StrEnum):
    """The way a mail takes to SES."""

    GMAIL_ALIAS = "gmail-alias"
    SES_SMTP = "ses-smtp"
    SES_API = "ses-api"
    RELAY = "relay"


class Outcome(StrEnum):
    """How far a mail came."""

    REFUSED_AT_RELAY = "refused-at-relay"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One mail to one recipient. ``message_id`` is SES's; ``reply`` the last server's answer, as far as it was seen."""

    id: str
    sender: str
    recipient: str
    via: Via
    at: datetime | None = None
    outcome: Outcome = Outcome.UNKNOWN
    message_id: str | None = None
    header_message_id: str | None = None
    subject: str = ""
    reply: Reply | None = None
    diagnostic: str = ""
    """The server's text verbatim, also where it has no reply code."""
    status: str = ""
    """The enhanced status as the report states it, where the answer itself has none (RFC 3463)."""
    context: str = ""
    """What the notice says around the answer, where that helps to read it."""
    provider: str = ""
    """Who answered, as far as the bounce tells: ``exchange-online``, ``gmail``, …"""
    dialect: str = ""
    """In whose form the report of it was written: some words mean something only there."""
    remote_mta: str = ""
    """The server that answered."""
    reporting_mta: str = ""
    """The server that handed the mail over and reports: one of SES's."""
    source: str = ""
    """Where we know of it from: the file of a bounce, the application's log."""

    @property
    def delivered(self) -> bool:
        """Whether the recipient's server took it."""
        return self.outcome is Outcome.DELIVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The symptom that a diagnosis starts from."""

    setup: Setup
    attempts: tuple[Attempt, ...] = ()
    prospects: tuple[Attempt, ...] = ()
    at: datetime
    """The moment of the diagnosis: checks look at no clock."""

    @property
    def sends(self) -> tuple[Attempt, ...]:
        """All that a fault can stop: the attempts and the prospects."""
        return self.attempts + self.prospects
