"""Bounces to the mails that were tried: what a diagnosis starts from.

    attempts(read(first) + read(second))   # (Attempt(id="attempt-1", …), Attempt(id="attempt-2", …))

A bounce that was read twice, or a warning of delay followed by the failure, is one attempt (`threads`). Two failures of
different mails stay two, also to one recipient: they may have different causes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.gmail_limit import is_limit
from mailstrata.bounces.original import canonical
from mailstrata.bounces.ses_events import DIALECT as EVENT
from mailstrata.bounces.threads import attempt_of, ses_id, threads
from mailstrata.model.attempt import Attempt, Outcome, Via

CONTEXT = 2000
"""Characters of a notice that an attempt keeps; a recording of a diagnosis holds them."""

_OUTCOMES = {
    "failed": Outcome.BOUNCED,
    "delayed": Outcome.DELAYED,
    "delivered": Outcome.DELIVERED,
    "complained": Outcome.DELIVERED,
}
"""How a mail ended by what is reported of it; who calls it spam has it."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def attempts(bounces: Iterable[Bounce], known: Iterable[Attempt] = ()) -> tuple[Attempt, ...]:
    """The attempts in the order of time, numbered from ``attempt-1``; recipients that are no addresses are left out.

    ``known`` are attempts from elsewhere, such as the application's log; a bounce of one of them tells its outcome.
    """
    told = [thread.last for thread in threads(bounce for bounce in bounces if canonical(bounce.recipient))]
    found, fates = list(known), dict[int, Attempt]()
    for bounce in told:
        attempt = attempt_of(bounce, found)
        if attempt is None:
            fates[len(fates) + len(found)] = _attempt(bounce)
        else:
            fates[found.index(attempt)] = _with_fate(attempt, _attempt(bounce))
    settled = {**dict(enumerate(found)), **fates}.values()
    ordered = sorted(settled, key=lambda attempt: attempt.at or _EARLIEST)
    return tuple(replace(attempt, id=f"attempt-{number}") for number, attempt in enumerate(ordered, start=1))


def _with_fate(attempt: Attempt, told: Attempt) -> Attempt:
    return replace(
        attempt,
        outcome=told.outcome,
        header_message_id=attempt.header_message_id or told.header_message_id,
        message_id=attempt.message_id or told.message_id,
        subject=attempt.subject or told.subject,
        reply=told.reply,
        diagnostic=told.diagnostic,
        status=told.status,
        context=told.context,
        provider=told.provider,
        dialect=told.dialect,
        remote_mta=told.remote_mta,
        reporting_mta=told.reporting_mta,
        source=told.source or attempt.source,
    )


def _attempt(bounce: Bounce) -> Attempt:
    return Attempt(
        id="",
        sender=bounce.sender,
        recipient=bounce.recipient,
        via=Via.GMAIL_ALIAS if _by_gmail(bounce) else bounce.via,
        at=bounce.sent or bounce.at,
        outcome=_outcome(bounce),
        message_id=bounce.message_id if _is_event(bounce) else ses_id(bounce.message_id),
        header_message_id=bounce.x_gmail_original_message_id or _header_id(bounce) or None,
        subject=bounce.subject,
        reply=bounce.reply,
        diagnostic=bounce.diagnostic,
        status=bounce.status,
        context=bounce.context[:CONTEXT],
        provider=bounce.provider,
        dialect=bounce.dialect,
        remote_mta=bounce.remote_mta,
        reporting_mta=bounce.reporting_mta,
        source=bounce.source,
    )


def _by_gmail(bounce: Bounce) -> bool:
    """Whether Gmail itself did not let its user's mail go."""
    return is_limit(f"{bounce.reply or ''} {bounce.diagnostic} {bounce.context}")


def _is_event(bounce: Bounce) -> bool:
    """Whether SES itself tells of it: then its id stands bare, and is no Message-ID."""
    return bounce.dialect == EVENT and "@" not in bounce.message_id


def _header_id(bounce: Bounce) -> str:
    return "" if _is_event(bounce) else bounce.message_id


def _outcome(bounce: Bounce) -> Outcome:
    if bounce.dialect == "gmail-alias" or _by_gmail(bounce):
        return Outcome.REFUSED_AT_RELAY
    if bounce.suppressed:
        return Outcome.SUPPRESSED
    return _OUTCOMES.get(bounce.action, Outcome.UNKNOWN)
