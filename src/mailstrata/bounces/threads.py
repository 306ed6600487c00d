"""Which bounces speak of the same mail to the same recipient.

    threads(read(warning) + read(failure))      # one Thread: .last is the failure
    threads(read(alias_bounce) + read(ndr))     # two: what never left Gmail was not refused by Exchange

A mail is known by its Message-ID, by what Gmail called it before an alias's server renamed it, or by SES's own id. A bounce
that names none of them is the same only when all that it tells is the same; but a warning and a failure, one of which names
none, belong together when recipient and time leave no other choice. Bounces from different stages of the way (the alias's
server, SES's suppression list, beyond) are never of the same mail, whatever their ids say: it ends at the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailstrata.bounces.bounce import Bounce
from mailstrata.model.attempt import Attempt
from mailstrata.model.names import domain_of, is_within

WINDOW = timedelta(days=5)
"""How long after its mail a bounce may come: servers give up after four to five days (RFC 5321 4.5.4.1)."""

_MANY = 1000
"""Failures of one recipient among which none is looked for: among so many, time alone tells nothing."""
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """All bounces of one mail to one recipient, in the order of time; at least one."""

    bounces: tuple[Bounce, ...]

    @property
    def last(self) -> Bounce:
        """What became of the mail: the first word that is no delay, else the latest delay."""
        return next((bounce for bounce in self.bounces if bounce.action != "delayed"), self.bounces[-1])


def threads(bounces: Iterable[Bounce]) -> tuple[Thread, ...]:
    """The bounces put together by mail and recipient, in the order of their first appearance; those told twice once."""
    found: list[list[Bounce]] = []
    known: dict[_Key, list[Bounce]] = {}
    for bounce in bounces:
        keys = list(_keys(bounce))
        together = next((known[key] for key in keys if key in known), None)
        if together is None:
            together = []
            found.append(together)
        together.append(bounce)
        known.update(dict.fromkeys(keys, together))
    return tuple(Thread(bounces=tuple(_in_time(together))) for together in _with_their_warnings(found))


def _with_their_warnings(found: list[list[Bounce]]) -> list[list[Bounce]]:
    """Warnings put to the failure that followed, where recipient and time alone tell that it did."""
    failures: dict[_Key, list[list[Bounce]]] = {}
    for each in found:
        if any(bounce.action == "failed" for bounce in each):
            failures.setdefault(_whose(each[0]), []).append(each)
    before: dict[int, tuple[list[Bounce], list[list[Bounce]]]] = {}
    for each in found:
        if all(bounce.action == "delayed" for bounce in each):
            end = _only_end(each[-1], failures.get(_whose(each[-1]), []))
            if end is not None:
                before.setdefault(id(end), (end, []))[1].append(each)
    joined: set[int] = set()
    for end, warnings in before.values():
        if _all_agree([each[-1] for each in warnings]):
            end.extend(bounce for each in warnings for bounce in each)
            joined.update(map(id, warnings))
    return [each for each in found if id(each) not in joined]


def _whose(bounce: Bounce) -> _Key:
    return _stage(bounce), bounce.recipient.lower()


def _only_end(late: Bounce, failures: list[list[Bounce]]) -> list[Bounce] | None:
    """The one of these failures that a warning can have become; ``None`` when there are two, none, or too many to tell."""
    if len(failures) > _MANY:
        return None
    ends = [end for end in failures if _may_follow(end[0], late)]
    return ends[0] if len(ends) == 1 else None


def _may_follow(end: Bounce, late: Bounce) -> bool:
    """Whether the failure, of the same recipient, may be the end of the mail that the warning is about."""
    if (identifiers(end) and identifiers(late)) or end.at is None or late.at is None:
        return False
    return timedelta(0) <= end.at - late.at <= WINDOW and _all_agree([end, late])


def _all_agree(bounces: list[Bounce]) -> bool:
    """Whether nothing that several of them tell of the mail differs."""
    told = zip(*((bounce.sender, bounce.subject, bounce.sent) for bounce in bounces), strict=True)
    return all(len({value for value in values if value}) <= 1 for values in told)


def _in_time(bounces: list[Bounce]) -> list[Bounce]:
    return sorted(dict.fromkeys(bounces), key=lambda bounce: bounce.at or _EARLIEST)


def _keys(bounce: Bounce) -> Iterator[_Key]:
    recipients = dict.fromkeys(name.lower() for name in (bounce.recipient, bounce.original_recipient) if name)
    ids = identifiers(bounce)
    for recipient in recipients:
        for identifier in ids:
            yield _stage(bounce), recipient, identifier
        if not ids:
            told = (bounce.sender, bounce.subject, str(bounce.sent or bounce.at), bounce.diagnostic)
            yield _stage(bounce), recipient, "", *told


def identifiers(bounce: Bounce) -> tuple[str, ...]:
    """Every name that the bounce has for the mail: Gmail's, the Message-ID, SES's own id."""
    named = (bounce.x_gmail_original_message_id, bounce.message_id, ses_id(bounce.message_id) or "")
    return tuple(dict.fromkeys(name for name in named if name))


def ses_id(message_id: str) -> str | None:
    """SES's own id of the mail: SES writes it into the Message-ID, as ``ID@[REGION.]amazonses.com``."""
    ours = is_within(domain_of(message_id).lower(), "amazonses.com")
    return message_id.partition("@")[0] if ours else None


def _stage(bounce: Bounce) -> str:
    """How far the mail came."""
    return "alias" if bounce.alias else "suppressed" if bounce.suppressed else "beyond"


def attempt_of(bounce: Bounce, known: Iterable[Attempt]) -> Attempt | None:
    """The attempt that a bounce speaks of: by an id, else the only one to its recipient in the time before it."""
    recipients = {bounce.recipient.lower(), bounce.original_recipient.lower()}
    same = [attempt for attempt in known if attempt.recipient.lower() in recipients]
    ids = set(identifiers(bounce))
    named = [attempt for attempt in same if ids & {attempt.message_id, attempt.header_message_id}]
    if named:
        return named[0]
    near = [attempt for attempt in same if _may_be(attempt, bounce, ids)]
    return near[0] if len(near) == 1 else None


def _may_be(attempt: Attempt, bounce: Bounce, ids: set[str]) -> bool:
    """Whether nothing speaks against it: not another id, and the bounce came in time."""
    comparable = any("@" in name for name in ids) and attempt.header_message_id is not None
    if comparable or attempt.at is None or bounce.at is None:
        return False
    return timedelta(0) <= bounce.at - attempt.at <= WINDOW
