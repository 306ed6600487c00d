"""The relay's users in its database: logins, hashes of their passwords, what they may send as, their shares.

    users = RelayUsers(opened(place), steady=time.monotonic)
    users.add(User(name="ann", senders=("admin@sailing.example",), created=now))
    users.give("ann", "$argon2id$…", created=now, expires=None)
    users.user("ann")                   # as it is now: another process's revocation counts too

Every change raises a number in the database; a look-up costs reading that number, and the users only when it moved. It is read
at most every twentieth of a second, over Postgres, where reading is a round trip, once a second: so long a revocation may take.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from mailstrata.adapters.relay_database import Database, DatabaseUnavailable, Row
from mailstrata.model.errors import Refusal
from mailstrata.model.reply import Reply
from mailstrata.relay.share import Bounds, Share, drawn, given_back
from mailstrata.relay.users import LIVE, DirectoryUnavailable, Secret, User

T = TypeVar("T")
Seconds = Callable[[], float]

_TABLES = (
    "CREATE TABLE relay_users (name TEXT PRIMARY KEY, senders TEXT NOT NULL, created TEXT NOT NULL, "
    "rate INTEGER NOT NULL, daily INTEGER NOT NULL, revoked TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE relay_secrets (name TEXT NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, created TEXT NOT NULL, "
    "expires TEXT NOT NULL, used TEXT NOT NULL DEFAULT '', used_from TEXT NOT NULL DEFAULT '', PRIMARY KEY (name, number))",
    "CREATE TABLE relay_shares (name TEXT PRIMARY KEY, day TEXT NOT NULL, sent INTEGER NOT NULL, "
    "spent DOUBLE PRECISION NOT NULL, at DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE relay_changes (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
    "INSERT INTO relay_changes (one, number) VALUES (1, 0)",
)
_LOCK = {"sqlite": "", "postgres": " FOR UPDATE"}
_FRESH = {"sqlite": 0.05, "postgres": 1.0}
"""Seconds for which what was read is taken for what is."""


class RelayUsers:
    """`relay.users.Directory`, and what the commands do with it."""

    def __init__(self, base: Database, *, steady: Seconds) -> None:
        self._base = base
        self._steady = steady
        self._users: dict[str, User] = {}
        self._number = -1
        self._read = float("-inf")
        base.prepare("users", version=1, statements=_TABLES)

    def user(self, name: str) -> User | None:
        """The user as it is now. Raises ``DirectoryUnavailable``."""
        try:
            self._refresh()
        except DatabaseUnavailable as error:
            raise DirectoryUnavailable(str(error)) from error
        return self._users.get(name)

    def all(self) -> tuple[User, ...]:
        """Every user, by name."""
        self._refresh()
        return tuple(self._users[name] for name in sorted(self._users))

    def draw(self, user: User, recipients: int, at: datetime) -> Reply | None:
        """Take recipients out of a user's share, in one transaction; the reply that refuses."""
        bounds = Bounds(rate=user.rate, daily=user.daily)

        def work(base: Database) -> Reply | None:
            share = drawn(_share(base, user.name), bounds, recipients=recipients, at=at)
            if isinstance(share, Reply):
                return share
            _keep_share(base, user.name, share)
            return None

        try:
            return self._base.together(work)
        except DatabaseUnavailable as error:
            raise DirectoryUnavailable(str(error)) from error

    def give_back(self, name: str, recipients: int) -> None:
        """Put recipients back whose mail did not leave, if the user has a share at all."""
        user = self._users.get(name)
        if user is None or not (user.rate or user.daily):
            return
        with contextlib.suppress(DatabaseUnavailable):  # then the day is shorter by a few
            self._base.together(lambda base: _keep_share(base, name, given_back(_share(base, name), recipients)))

    def add(self, user: User) -> None:
        """A new user without a password yet. Raises ``Refusal`` when the name is taken."""

        def work(base: Database) -> None:
            if base.run("SELECT 1 FROM relay_users WHERE name = ?", (user.name,)):
                raise Refusal(
                    f"the relay has a user {user.name} already",
                    f"mailstrata relay user rotate {user.name} makes another password",
                )
            base.run(
                "INSERT INTO relay_users (name, senders, created, rate, daily) VALUES (?, ?, ?, ?, ?)",
                (user.name, " ".join(user.senders), user.created.isoformat(), user.rate, user.daily),
            )

        self._change(work)

    def allow(self, name: str, senders: Iterable[str]) -> None:
        """Let a user send as these too."""

        def work(base: Database) -> None:
            known = _one(base, name).senders
            together = " ".join(dict.fromkeys((*known, *senders)))
            base.run("UPDATE relay_users SET senders = ? WHERE name = ?", (together, name))

        self._change(work)

    def give(
        self, name: str, hashed: str, *, created: datetime, expires: datetime | None, others_end: datetime
    ) -> None:
        """A new password. Those that live already end at ``others_end`` if not before; the oldest beyond two at once."""

        def work(base: Database) -> None:
            user = _one(base, name)
            live = user.live(created)
            for place, secret in enumerate(reversed(live)):
                end = others_end if place < LIVE - 1 else created
                if secret.expires is None or secret.expires > end:
                    _end(base, name, secret.number, end)
            number = max((secret.number for secret in user.secrets), default=0) + 1
            base.run(
                "INSERT INTO relay_secrets (name, number, hash, created, expires) VALUES (?, ?, ?, ?, ?)",
                (name, number, hashed, created.isoformat(), expires.isoformat() if expires else ""),
            )
            base.run("UPDATE relay_users SET revoked = '' WHERE name = ?", (name,))

        self._change(work)

    def revoke(self, name: str, at: datetime) -> None:
        """From now on none of the user's passwords counts, and what it still sends is refused."""

        def work(base: Database) -> None:
            _one(base, name)
            base.run("UPDATE relay_users SET revoked = ? WHERE name = ?", (at.isoformat(), name))
            base.run("DELETE FROM relay_secrets WHERE name = ?", (name,))

        self._change(work)

    def used(self, name: str, number: int, *, at: datetime, address: str) -> None:
        """Note when and from where a password was last used."""
        self._base.run(
            "UPDATE relay_secrets SET used = ?, used_from = ? WHERE name = ? AND number = ? AND used < ?",
            (at.isoformat(), address, name, number, at.isoformat()),
        )

    def close(self) -> None:
        """Close the database."""
        self._base.close()

    def _change(self, work: Callable[[Database], None]) -> None:
        def counted(base: Database) -> None:
            work(base)
            base.run("UPDATE relay_changes SET number = number + 1")

        self._base.together(counted)
        self._read = float("-inf")

    def _refresh(self) -> None:
        now = self._steady()
        if now - self._read < _FRESH[self._base.dialect]:
            return
        number = self._base.run("SELECT number FROM relay_changes")[0][0]
        if number != self._number:
            self._users = {user.name: user for user in self._base.together(_read_all)}
            self._number = number
        self._read = now


def _read_all(base: Database) -> list[User]:
    secrets = base.run(
        "SELECT name, number, hash, created, expires, used, used_from FROM relay_secrets ORDER BY number"
    )
    users = base.run("SELECT name, senders, created, rate, daily, revoked FROM relay_users")
    return [_user(row, [secret for secret in secrets if secret[0] == row[0]]) for row in users]


def _one(base: Database, name: str) -> User:
    found = next((user for user in _read_all(base) if user.name == name), None)
    if found is None:
        raise Refusal(f"the relay has no user {name}", "mailstrata relay user list names them")
    return found


def _user(row: Row, secrets: list[Row]) -> User:
    name, senders, created, rate, daily, revoked = row
    return User(
        name=name,
        senders=tuple(senders.split()),
        created=datetime.fromisoformat(created),
        rate=rate,
        daily=daily,
        revoked=_moment(revoked),
        secrets=tuple(_secret(secret) for secret in secrets),
    )


def _secret(row: Row) -> Secret:
    _, number, hashed, created, expires, used, used_from = row
    return Secret(
        number=number,
        hash=hashed,
        created=datetime.fromisoformat(created),
        expires=_moment(expires),
        used=_moment(used),
        used_from=used_from,
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _end(base: Database, name: str, number: int, end: datetime) -> None:
    base.run("UPDATE relay_secrets SET expires = ? WHERE name = ? AND number = ?", (end.isoformat(), name, number))


def _share(base: Database, name: str) -> Share:
    found = base.run(f"SELECT day, sent, spent, at FROM relay_shares WHERE name = ?{_LOCK[base.dialect]}", (name,))  # noqa: S608
    return Share(day=found[0][0], sent=found[0][1], spent=found[0][2], at=found[0][3]) if found else Share()


def _keep_share(base: Database, name: str, share: Share) -> None:
    base.run(
        "INSERT INTO relay_shares (name, day, sent, spent, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
        "day = excluded.day, sent = excluded.sent, spent = excluded.spent, at = excluded.at",
        (name, share.day, share.sent, share.spent, share.at),
    )
