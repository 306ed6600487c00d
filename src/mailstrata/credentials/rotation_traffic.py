"""What is seen of the old key while a rotation waits: IAM's last use, SES's events, and what each of them proves.

    traffic(rotation, world, attempts)   # ("the alias has not moved yet: 3 mails still came through the old key since …",)

IAM's last use tells keys apart, but AWS does not document that an SMTP login counts; SES's events tell users apart and never
their keys, so they prove the move only once the old key is inactive (facts.md B7, F).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailstrata.credentials import usage
from mailstrata.credentials.rotation import Rotation, Step
from mailstrata.credentials.rotation_next import SLACK, World, used_after
from mailstrata.credentials.usage import SentMail
from mailstrata.model.attempt import Attempt, Outcome, Via


def traffic(rotation: Rotation, world: World, mails: Sequence[Attempt]) -> tuple[str, ...]:
    """What is seen of the old key since Gmail moved, or else since the new values were handed over, as far as anything is."""
    told, old = rotation.done.get(Step.HAND_OVER), world.keys.get(rotation.old)
    if told is None or old is None or rotation.back:
        return ()
    told = rotation.done.get(Step.MOVED, told)
    sent = usage.through(world.mails, rotation.user, since=told)
    if used_after(old, told):
        return _still(rotation, world, told, mails)
    seen = f", last used {old.last_used:%a %d %b %H:%M} UTC" if old.last_used else ""
    lines = [f"no use of the old key {rotation.old} since {told:%a %d %b} is recorded{seen}", _counts(rotation, world)]
    if sent or world.mails:
        lines.append(_by_events(rotation, sent, told))
    return tuple(filter(None, lines))


def _still(rotation: Rotation, world: World, told: datetime, mails: Sequence[Attempt]) -> tuple[str, ...]:
    """The old key was used after the hand-over: how many mails came until its last use, by events or else by what is known."""
    last = world.keys[rotation.old].last_used
    assert last is not None
    until = last + SLACK
    events = [mail for mail in usage.through(world.mails, rotation.user, since=told) if mail.at <= until]
    known = [mail for mail in mails if mail.at and told < mail.at <= until and _taken(mail, rotation)]
    found: Sequence[object] = events or known
    count = usage.counted(found) if found else "something"
    least = "up to " if found and _new_at_work(rotation, world, told) else ""
    moved = "the alias has not moved yet" if Step.MOVED not in rotation.done else "after the move"
    came = f"{moved}: {least}{count} still came through the old key since {told:%A %d %B}"
    text = f"{came}, the last at {last:%a %d %b %H:%M} UTC"
    return (f"{text}: {', '.join(usage.senders(events))}" if events else text,)


def _new_at_work(rotation: Rotation, world: World, told: datetime) -> bool:
    """Whether the new key was used since, too: then events, which name only the user, may be of either."""
    new = world.keys.get(rotation.new)
    return new is not None and used_after(new, told)


def _counts(rotation: Rotation, world: World) -> str:
    """Whether IAM counts SMTP logins, which AWS does not document (facts.md F): that of the new key is seen, or is not."""
    proven, new = rotation.done.get(Step.PROVE), world.keys.get(rotation.new)
    if proven is None or new is None:
        return ""
    if new.last_used is not None and new.last_used >= proven - SLACK:
        return f"IAM does count SMTP logins here: it shows that of {rotation.new}"
    return f"that proves nothing: of {rotation.new}, which has logged in by SMTP, IAM shows no use either"


def _by_events(rotation: Rotation, sent: Sequence[SentMail], told: datetime) -> str:
    """What SES's events show since the hand-over; once the old key is inactive they prove the move."""
    off = rotation.done.get(Step.DEACTIVATE)
    after = [mail for mail in sent if off and mail.at > off + SLACK]
    if after:
        off_now = f"since {rotation.old} is inactive {usage.counted(after)} came by {rotation.user}"
        return f"{off_now}, so through {rotation.new}: {', '.join(usage.senders(after))}"
    if not sent:
        return f"SES's events name {rotation.user} as the sender of no mail since {told:%a %d %b}"
    return (
        f"SES's events name {rotation.user} as the sender of {usage.counted(sent)} since {told:%a %d %b} "
        f"({', '.join(usage.senders(sent))}), and not by which of its two keys: they do not show which one is in use"
    )


def _taken(mail: Attempt, rotation: Rotation) -> bool:
    """Whether SES took it from one of the aliases."""
    return (
        mail.via is Via.GMAIL_ALIAS and mail.sender in rotation.aliases and mail.outcome is not Outcome.REFUSED_AT_RELAY
    )
