"""The relay's users: what a login may send as, its passwords, and when they end.

    user = User(name="ann", senders=("admin@sailing.example", "@dock.example"), created=at, secrets=(…))
    user.may_send_as("Admin@sailing.example")       # True
    user.live(at)                                   # its passwords that count now, at most two

A password is never here, only its hash (argon2id, RFC 9106). Two may live at once, so that one can be exchanged in Gmail
while the other still works.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mailstrata.model import names
from mailstrata.model.errors import Malformed
from mailstrata.model.reply import Reply

LIVE = 2
"""Passwords of one user that may count at the same time."""
WARNING = timedelta(days=14)
"""How long before its end a password is warned about."""


class DirectoryUnavailable(Exception):
    """The users cannot be looked up now. Nobody is let in or turned away for that: it is a temporary answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One password of a user. ``expires``: ``None`` for never."""

    number: int
    hash: str = field(repr=False)
    created: datetime
    expires: datetime | None = None
    used: datetime | None = None
    used_from: str = ""

    def lives(self, at: datetime) -> bool:
        """Whether it counts."""
        return self.expires is None or at < self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One login. ``rate`` is recipients a minute and ``daily`` recipients a day (UTC); 0 is no limit of its own."""

    name: str
    senders: tuple[str, ...]
    """Addresses, and ``@domain`` for every address of a domain (not of those below it)."""
    created: datetime
    rate: int = 0
    daily: int = 0
    revoked: datetime | None = None
    secrets: tuple[Secret, ...] = ()

    def may_send_as(self, address: str) -> bool:
        """Whether the address is one of its own, compared without regard to case as SES does."""
        folded = address.lower()
        return folded in self.senders or "@" + folded.rpartition("@")[2] in self.senders

    def live(self, at: datetime) -> tuple[Secret, ...]:
        """The passwords that count; none of a revoked user."""
        return () if self.revoked else tuple(secret for secret in self.secrets if secret.lives(at))

    def counts(self, hashed: str, at: datetime) -> bool:
        """Whether the password with this hash is one of those."""
        for secret in self.secrets:
            if secret.hash == hashed and secret.lives(at):
                return not self.revoked
        return False

    def ends(self, at: datetime) -> datetime | None:
        """When the last of its passwords will end; ``None`` for never. A user without one ended already."""
        ends = [secret.expires for secret in self.live(at)]
        if not ends:
            return self.revoked or max((one.expires for one in self.secrets if one.expires), default=self.created)
        return None if None in ends else max(end for end in ends if end)

    def state(self, at: datetime) -> str:
        """One word for a list: active, expiring, expired or revoked."""
        if self.revoked:
            return "revoked"
        if not self.live(at):
            return "expired"
        end = self.ends(at)
        return "expiring" if end and end - at < WARNING else "active"


class Directory(Protocol):
    """Where the policy looks users up. Raises ``DirectoryUnavailable``."""

    def user(self, name: str) -> User | None:
        """The user of that name as it is now: a revocation counts from the next call on."""
        ...

    def draw(self, user: User, recipients: int, at: datetime) -> Reply | None:
        """Take recipients out of the user's own rate and daily share; the reply that refuses when they do not suffice."""
        ...


def senders(given: tuple[str, ...]) -> tuple[str, ...]:
    """What a login may send as, in canonical form. Raises ``Malformed`` for what is neither address nor ``@domain``."""
    if not given:
        raise Malformed("--from", "nothing", "an address, or @domain for every address of a domain")
    return tuple(dict.fromkeys(_sender(one) for one in given))


def _sender(text: str) -> str:
    if text.startswith("@"):
        return "@" + names.domain(text[1:])
    return names.address(text).lower()


def matched(allowed: tuple[str, ...]) -> Iterator[str]:
    """What a login may send as, for a reader."""
    return (f"any address of {one[1:]}" if one.startswith("@") else one for one in allowed)
