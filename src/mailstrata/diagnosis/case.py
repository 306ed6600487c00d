"""Opens a case: from bounces, from an error text, from addresses, or from nothing but the setup.

What is known of failed mails becomes attempts. For each way of sending that nobody has tried, the send that would come next
stands in as a prospect, so that the question "where would it stop?" has something to ask about.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from mailstrata.diagnosis.paths import SIMULATOR
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.setup import Setup


def open_case(
    setup: Setup,
    *,
    at: datetime,
    attempts: Iterable[Attempt] = (),
    sender: str = "",
    recipients: Sequence[str] = (),
    error: str = "",
) -> Case:
    """The case of ``setup`` at the moment ``at``.

    ``attempts`` are numbered in the order of time. ``error`` is the text of an error that somebody saw; together with
    ``sender`` and ``recipients`` it makes an attempt. Prospects are the setup's ways of sending that no attempt took (to
    ``recipients`` where they are given).
    """
    known = _numbered([*attempts, *_of_error(setup, error, sender, recipients)])
    tried = {(attempt.via, attempt.sender.lower(), to) for attempt in known for to in ("", attempt.recipient.lower())}
    wanted = _prospects(setup, sender, recipients)
    prospects = tuple(
        send
        for send in wanted
        if (send.via, send.sender.lower(), send.recipient.lower() if recipients else "") not in tried
    )
    return Case(setup=setup, attempts=known, prospects=prospects, at=at)


def _numbered(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    last = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(attempts, key=lambda attempt: (attempt.at or last, attempt.recipient))
    return tuple(dataclasses.replace(attempt, id=f"attempt-{n}") for n, attempt in enumerate(ordered, start=1))


def _of_error(setup: Setup, error: str, sender: str, recipients: Sequence[str]) -> Iterable[Attempt]:
    if not error.strip():
        return
    from mailstrata.bounces.classification.classify import classify
    from mailstrata.bounces.pasted import pasted
    from mailstrata.diagnosis.error_text import recipient_in, way

    bounce = pasted(error)
    via, outcome = way(setup, error, classify(bounce))
    for recipient in recipients or (recipient_in(setup, error, outcome),):
        yield Attempt(
            id="",
            sender=sender or _sender(setup),
            recipient=recipient,
            via=via,
            outcome=outcome,
            reply=bounce.reply,
            diagnostic=error.strip()[:2000],
            provider=bounce.provider,
            source="the error text",
        )


def _sender(setup: Setup) -> str:
    return setup.aliases[0].address if setup.aliases else f"postmaster@{setup.domain}"


def _prospects(setup: Setup, sender: str, recipients: Sequence[str]) -> Iterable[Attempt]:
    """The next sends: by each alias (or the one of ``sender``) and by the API."""
    senders = [sender] if sender else [alias.address for alias in setup.aliases] or [_sender(setup)]
    ways = [(one, Via.GMAIL_ALIAS) for one in senders if setup.alias_for(one)] + [(senders[0], Via.SES_API)]
    targets = recipients or (f"success@{SIMULATOR}",)
    sends = [(one, via, target) for one, via in ways for target in targets]
    for number, (one, via, target) in enumerate(sends, start=1):
        yield Attempt(id=f"next-{number}", sender=one, recipient=target, via=via, source="the next send")
