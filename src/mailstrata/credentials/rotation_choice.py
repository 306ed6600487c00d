"""Which key a rotation replaces, by evidence and never by age: the oldest is often the one that Gmail holds (facts.md F).

    choose("ses-smtp-relay", {"AKIAOLD": AccessKeyFacts(user="ses-smtp-relay")}, {"admin@sailing.example": "AKIAOLD"}, now)
    Choice(user="ses-smtp-relay", old="AKIAOLD", was="Active", dead="", ...)

The evidence is the owner's word (the username that the setup gives an alias), the last use that IAM knows of, and SES's events,
which name the user and never which of two keys it used. A user has at most two keys and an inactive one counts; the second goes
first only when it is proven dead: inactive, named by no alias, and not seen in use for a week. Otherwise nothing is begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailstrata.credentials import usage
from mailstrata.credentials.usage import SentMail
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts

UNUSED = timedelta(days=7)
"""How long an inactive key must not have been used to be dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a rotation begins with. ``evidence`` has a sentence for each key of the user."""

    user: str
    old: str
    was: str
    dead: str
    evidence: tuple[str, ...]


def choose(
    user: str,
    keys: Mapping[str, AccessKeyFacts],
    named: Mapping[str, str],
    now: datetime,
    *,
    mails: Sequence[SentMail] = (),
) -> Choice:
    """The live key and, where room must be made, the dead one. ``mails``: what SES's events tell of.

    Raises ``Refusal`` (status 4) where two keys exist and none is proven dead, or where aliases use different keys.
    """
    evidence = (
        *(_evidence(key, facts, named) for key, facts in keys.items()),
        *usage.evidence(user, keys, mails, named),
    )
    live = [key for key in keys if key in named.values()] or _sending(user, keys, named, mails)
    if len(live) > 1:
        raise _refused(user, evidence, "its aliases use different keys, so both are live")
    others = [key for key in keys if key not in live]
    if len(keys) < 2:
        dead = ""
    elif not live:
        raise _refused(user, evidence, "no alias of the setup names either, so which one is live is not known")
    elif not is_dead(keys[others[0]], now):
        raise _refused(user, evidence, f"{others[0]} is not proven dead")
    else:
        dead = others[0]
    old = live[0] if live else ""
    return Choice(user=user, old=old, was=keys[old].status if old else "", dead=dead, evidence=evidence)


def _sending(
    user: str, keys: Mapping[str, AccessKeyFacts], named: Mapping[str, str], mails: Sequence[SentMail]
) -> list[str]:
    """The only key of a user who has sent as one of the aliases since it was made: no other can have. Two stay two."""
    if len(keys) != 1:
        return []
    ((key, facts),) = keys.items()
    aliases = {address.lower() for address in named}
    sent = any(mail.sender in aliases and not mail.api for mail in usage.through(mails, user, since=facts.created))
    return [key] if sent and facts.status == "Active" else []


def is_dead(key: AccessKeyFacts, now: datetime) -> bool:
    """Whether nothing can be using ``key``: it is inactive, so no login succeeds with it, and has not been used for a week.

    One that was never seen in use must exist for a week: it may have been made inactive this minute.
    """
    seen = key.last_used or key.created
    return key.status == "Inactive" and seen is not None and now - seen >= UNUSED


def _evidence(key: str, facts: AccessKeyFacts, named: Mapping[str, str]) -> str:
    aliases = [alias for alias, username in named.items() if username == key]
    word = f"the setup names it for {', '.join(aliases)}" if aliases else "no alias of the setup names it"
    used = f"last used {facts.last_used:%Y-%m-%d %H:%M} UTC" if facts.last_used else "no use of it is recorded"
    service = f" by {facts.last_service}" if facts.last_used and facts.last_service else ""
    return f"{key} is {facts.status}; {word}; {used}{service}"


def _refused(user: str, evidence: tuple[str, ...], why: str) -> Refusal:
    told = "; ".join(f"({number}) {text}" for number, text in enumerate(evidence, 1))
    return Refusal(
        f"{user} has two keys, IAM allows no third, and {why}: {told}",
        "find out which one nothing uses, make it inactive, and delete it when nobody has missed it for a week; "
        "mailstrata never deletes a key on a guess or by its age",
        status=4,
    )
