"""Bounces to the mails that were tried: what a diagnosis starts from.

    attempts(read(first) + read(second))   # (Attempt(id="attempt-1", …), Attempt(id="attempt-2", …))

A bounce that was read twice, or a warning of delay followed by the failure, is one attempt. Two failures of different mails
stay two, also to one recipient: they may have different causes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.original import canonical
from mailstrata.model.attempt import Attempt, Outcome
from mailstrata.model.names import domain_of, is_within

_OUTCOMES = {"failed": Outcome.BOUNCED, "delayed": Outcome.DELAYED, "delivered": Outcome.DELIVERED}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def attempts(bounces: Iterable[Bounce]) -> tuple[Attempt, ...]:
    """The attempts in the order of time, numbered from ``attempt-1``; recipients that are no addresses are left out."""
    believed: dict[tuple[str, ...], Attempt] = {}
    for bounce in bounces:
        if canonical(bounce.recipient):
            key = _key(bounce)
            believed[key] = _later(believed.get(key), _attempt(bounce))
    ordered = sorted(believed.values(), key=lambda attempt: attempt.at or _EARLIEST)
    return tuple(replace(attempt, id=f"attempt-{number}") for number, attempt in enumerate(ordered, start=1))


def _key(bounce: Bounce) -> tuple[str, ...]:
    """One mail to one recipient; a bounce that does not say of which mail it is stands for itself."""
    recipient = bounce.recipient.lower()
    mail = bounce.x_gmail_original_message_id or bounce.message_id
    if mail:
        return recipient, mail
    return recipient, bounce.sender, bounce.subject, str(bounce.sent or bounce.at), bounce.diagnostic


def _attempt(bounce: Bounce) -> Attempt:
    return Attempt(
        id="",
        sender=bounce.sender,
        recipient=bounce.recipient,
        via=bounce.via,
        at=bounce.sent or bounce.at,
        outcome=_outcome(bounce),
        message_id=_ses_id(bounce.message_id),
        header_message_id=bounce.x_gmail_original_message_id or bounce.message_id or None,
        subject=bounce.subject,
        reply=bounce.reply,
        diagnostic=bounce.diagnostic,
        source=bounce.source,
    )


def _outcome(bounce: Bounce) -> Outcome:
    if bounce.dialect == "gmail-alias":
        return Outcome.REFUSED_AT_RELAY
    if bounce.suppressed:
        return Outcome.SUPPRESSED
    return _OUTCOMES.get(bounce.action, Outcome.UNKNOWN)


def _ses_id(message_id: str) -> str | None:
    """SES's own id of the mail: SES writes it into the Message-ID, as ``ID@[REGION.]amazonses.com``."""
    ours = is_within(domain_of(message_id).lower(), "amazonses.com")
    return message_id.partition("@")[0] if ours else None


def _later(known: Attempt | None, new: Attempt) -> Attempt:
    """A delay is not the end: what was learned besides it stands. Otherwise the first reading stays."""
    if known is None or known.outcome in {Outcome.DELAYED, Outcome.UNKNOWN}:
        return new if known is None or new.outcome is not Outcome.UNKNOWN else known
    return known
