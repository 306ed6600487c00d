"""What SES makes of a recipient server's reply: the bounce's type and subtype and the enhanced status.

    classified(Outcome(code=550, reply="550 5.1.1 user unknown"))      # Verdict("Permanent", "General", "5.1.1")

SES calls some real 5xx transient: a full mailbox, a message too large, refused content, and 5.3.0 (facts.md B7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailstrata.lab.mail import Outcome

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_TRANSIENT = (
    ("5.2.2", "MailboxFull"),
    ("5.2.3", "MessageTooLarge"),
    ("5.3.4", "MessageTooLarge"),
    ("5.3.0", "General"),
    ("5.6.", "ContentRejected"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A bounce as events tell it."""

    kind: str
    subtype: str
    status: str


def status_in(reply: str) -> str | None:
    """The first enhanced status code in a reply (RFC 3463), or ``None``."""
    found = _STATUS.search(reply)
    return found[1] if found else None


def classified(outcome: Outcome) -> Verdict:
    """The verdict on a permanent refusal; without an enhanced status the status is 5.0.0."""
    status = status_in(outcome.reply) or "5.0.0"
    for prefix, subtype in _TRANSIENT:
        if status == prefix or (prefix.endswith(".") and status.startswith(prefix)):
            return Verdict(kind="Transient", subtype=subtype, status=status)
    return Verdict(kind="Permanent", subtype="General", status=status)


def delay_type(outcome: Outcome) -> str:
    """``delayType`` of a postponed delivery (facts.md B7)."""
    if outcome.code == 0:
        return "TransientCommunicationFailure"
    return "MailboxFull" if status_in(outcome.reply) == "4.2.2" else "General"
