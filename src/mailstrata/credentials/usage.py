"""Who sends through SES as which IAM user, as SES's own events tell: ``ses:caller-identity`` and ``ses:source-ip``.

    mails = of_events(ses_event.stream(text))
    through(mails, "ses-smtp-relay", since=tuesday)    # (SentMail(caller="ses-smtp-relay", source_ip="209.85.220.41", …),)

The caller is the user (or role), never the key: two keys of one user cannot be told apart by it (facts.md B7, F). What sends to
SES's mailbox simulator is a test, not a use, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from mailstrata.formats.ses_event import SesEvent
from mailstrata.model.attempt import Attempt, Via
from mailstrata.model.facts import MessageEvent

_SIMULATOR = "@simulator.amazonses.com"
_API = frozenset({"SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkEmail", "SendBulkTemplatedEmail"})
"""Calls of the API (facts.md B7, ``ses:operation``). What the tag says of SMTP is not documented, so all else may be it."""
_SHOWN = 4
"""Senders that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail that SES took. ``sender`` is the bare address in lower case."""

    message_id: str
    at: datetime
    caller: str
    source_ip: str
    sender: str
    api: bool = False
    """Whether it surely came by the API: by a program with a key, and not through an alias that logs in."""


def of_events(events: Iterable[SesEvent]) -> tuple[SentMail, ...]:
    """The mails that events tell of, once each, in the order of time; those without a caller are left out."""
    found: dict[str, SentMail] = {}
    for event in events:
        at = event.sent or event.at
        tests = all(one.address.lower().endswith(_SIMULATOR) for one in event.reports)
        if not event.caller or not event.message_id or at is None or (event.reports and tests):
            continue
        found[event.message_id] = SentMail(
            message_id=event.message_id,
            at=at,
            caller=event.caller,
            source_ip=event.source_ip,
            sender=parseaddr(event.sender)[1].lower(),
            api=event.operation in _API,
        )
    return merged(found.values())


def of_attempt(attempt: Attempt, events: Iterable[MessageEvent]) -> tuple[SentMail, ...]:
    """The mail of an attempt, when SES's record of its events names a caller."""
    told = next((event for event in events if event.caller), None)
    if told is None or not attempt.message_id or attempt.recipient.lower().endswith(_SIMULATOR):
        return ()
    mail = SentMail(
        message_id=attempt.message_id,
        at=attempt.at or told.at,
        caller=told.caller,
        source_ip=told.source_ip,
        sender=attempt.sender.lower(),
        api=attempt.via is Via.SES_API,
    )
    return (mail,)


def merged(*some: Iterable[SentMail]) -> tuple[SentMail, ...]:
    """All of them, each mail once, in the order of time."""
    found = {mail.message_id: mail for mails in some for mail in mails}
    return tuple(sorted(found.values(), key=lambda mail: (mail.at, mail.message_id)))


def through(mails: Iterable[SentMail], user: str, *, since: datetime | None = None) -> tuple[SentMail, ...]:
    """Those that ``user`` sent, after ``since`` where it is given. IAM's names are the same in any case."""
    named = user.lower()
    return tuple(mail for mail in mails if mail.caller.lower() == named and (since is None or mail.at > since))


def callers_of(mails: Iterable[SentMail], address: str) -> tuple[str, ...]:
    """The users that sent as ``address`` and may have logged in for it, the one of the latest mail first."""
    sent = [mail.caller for mail in mails if mail.sender == address.lower() and not mail.api]
    return tuple(dict.fromkeys(reversed(sent)))


def counted(mails: Sequence[object]) -> str:
    """``1 mail``, ``3 mails``."""
    return f"{len(mails)} mail{'' if len(mails) == 1 else 's'}"


def senders(mails: Iterable[SentMail]) -> tuple[str, ...]:
    """Who they are from and from where: ``admin@sailing.example from 209.85.220.41 (3 mails, the last on 2026-05-12)``."""
    groups: dict[tuple[str, str], list[SentMail]] = {}
    for mail in mails:
        groups.setdefault((mail.sender, mail.source_ip), []).append(mail)
    told = [
        f"{sender} from {ip or 'an unknown address'} ({counted(group)}, the last on {group[-1].at:%Y-%m-%d})"
        for (sender, ip), group in groups.items()
    ]
    more = len(told) - _SHOWN
    return (*told[:_SHOWN], *([f"{more} more"] if more > 0 else []))


def evidence(
    user: str, keys: Iterable[str], mails: Iterable[SentMail], addresses: Iterable[str] = ()
) -> tuple[str, ...]:
    """What events say of the keys of ``user`` and of its aliases' ``addresses``; nothing where there are no events at all."""
    known = tuple(mails)
    return (*_of_user(user, tuple(keys), known), *_of_others(user, addresses, known)) if known else ()


def _of_others(user: str, addresses: Iterable[str], mails: tuple[SentMail, ...]) -> Iterator[str]:
    """An alias whose mails came by other users alone may log in as one of them, whatever the setup says."""
    for address in addresses:
        callers = callers_of(mails, address)
        if callers and user.lower() not in {caller.lower() for caller in callers}:
            yield (
                f"SES's events say that mails of {address} came by {' and '.join(callers)} and not by {user}: if that is "
                f"Gmail, it is the key of {callers[0]} that Gmail holds (--user {callers[0]})"
            )


def _of_user(user: str, held: tuple[str, ...], known: tuple[SentMail, ...]) -> tuple[str, ...]:
    sent = through(known, user)
    if not sent:
        return (f"SES's events, of {counted(known)}, name {user} in none",)
    told = f"SES's events name {user} as the sender of {counted(sent)}: {', '.join(senders(sent))}"
    if len(held) < 2:
        return (told,)
    return (f"{told}; they name the user and not the key, so its two keys cannot be told apart by them",)
