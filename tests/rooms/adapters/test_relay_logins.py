"""Logins: right once by its hash, then by a digest; wrong ones late and locked; ended ones told."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailstrata.adapters import relay_passwords
from mailstrata.adapters.relay_database import SqliteDatabase
from mailstrata.adapters.relay_logins import LATER, WELCOME, WRONG, Logins
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.relay.guessing import PAIR
from mailstrata.relay.users import User

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
HERE = "203.0.113.9"


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        """Where it was set to."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Nobody waits by it."""


@pytest.fixture
def users(tmp_path: Path) -> Iterator[RelayUsers]:
    """Ann with the password "right", by its hash."""
    users = RelayUsers(SqliteDatabase(tmp_path / "relay.sqlite3"), steady=lambda: 0.0)
    users.add(User(name="ann", senders=("admin@sailing.example",), created=NOW))
    users.give("ann", relay_passwords.hashed("right"), created=NOW, expires=None, others_end=NOW)
    yield users
    users.close()


def play(users: RelayUsers, scene: Callable[[Logins, Clock], Coroutine[Any, Any, None]]) -> None:
    """Let a scene happen; each look at the steady clock is half a minute later, so that nobody has to wait."""
    seconds = itertools.count(0.0, 30.0)
    clock = Clock()
    logins = Logins(users, clock=clock, steady=lambda: next(seconds))
    try:
        asyncio.run(scene(logins, clock))
    finally:
        logins.close()


def test_a_right_password_is_hashed_once_and_then_known(users: RelayUsers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty connections at once need one hash, and later ones none."""
    hashes: list[str] = []
    right = relay_passwords.right

    def counted(kept: str, password: str) -> bool:
        hashes.append(password)
        return right(kept, password)

    monkeypatch.setattr(relay_passwords, "right", counted)

    async def scene(logins: Logins, clock: Clock) -> None:
        at_once = await asyncio.gather(*(logins.verify("ann", "right", HERE) for _ in range(20)))
        assert {verdict[:2] for verdict in at_once} == {("ann", WELCOME)}
        for _ in range(3):
            assert (await logins.verify("ann", "right", HERE))[:2] == ("ann", WELCOME)
        assert hashes == ["right"]

    play(users, scene)


def test_a_wrong_password_and_a_wrong_name_hear_the_same(users: RelayUsers) -> None:
    """Nobody learns who exists."""

    async def scene(logins: Logins, clock: Clock) -> None:
        assert (await logins.verify("ann", "wrong", HERE))[:2] == (None, WRONG)
        assert (await logins.verify("bob", "right", HERE))[:2] == (None, WRONG)

    play(users, scene)


def test_too_many_wrong_passwords_lock_even_the_right_one(users: RelayUsers) -> None:
    """Temporarily, so that Gmail tries again, and only there."""

    async def scene(logins: Logins, clock: Clock) -> None:
        await logins.verify("ann", "right", "198.51.100.7")
        for _ in range(PAIR):
            await logins.verify("ann", "wrong", HERE)
        locked = await logins.verify("ann", "right", HERE)
        assert locked[0] is None
        assert str(locked[1]).startswith("454 4.7.0 Too many wrong passwords: try again in ")
        assert (await logins.verify("ann", "right", "198.51.100.7"))[:2] == ("ann", WELCOME)

    play(users, scene)


def test_a_known_password_counts_no_longer_than_its_hash_stands(users: RelayUsers) -> None:
    """A revocation beats the memory."""

    async def scene(logins: Logins, clock: Clock) -> None:
        await logins.verify("ann", "right", HERE)
        users.revoke("ann", NOW)
        assert (await logins.verify("ann", "right", HERE))[:2] == (None, WRONG)

    play(users, scene)


def test_a_password_that_ended_is_told_to_whoever_has_it(users: RelayUsers) -> None:
    """With its day and what to do; to nobody else."""
    users.give("ann", relay_passwords.hashed("new"), created=NOW, expires=None, others_end=NOW + timedelta(days=7))

    async def scene(logins: Logins, clock: Clock) -> None:
        clock.at = NOW + timedelta(days=8)
        login, reply, _ = await logins.verify("ann", "right", HERE)
        assert login is None
        assert str(reply) == (
            "535 5.7.8 This password ended on 2026-05-19. Its operator makes another: mailstrata relay user rotate ann"
        )
        assert (await logins.verify("ann", "new", HERE))[:2] == ("ann", WELCOME)

    play(users, scene)


def test_users_that_cannot_be_looked_up_are_a_temporary_failure(tmp_path: Path) -> None:
    """Unknown is not wrong."""
    base = SqliteDatabase(tmp_path / "relay.sqlite3")
    users = RelayUsers(base, steady=lambda: 0.0)
    base.run("DROP TABLE relay_changes")

    async def scene(logins: Logins, clock: Clock) -> None:
        assert (await logins.verify("ann", "right", HERE))[:2] == (None, LATER)

    play(users, scene)
    users.close()


def test_the_last_use_is_written_down_with_its_address(users: RelayUsers) -> None:
    """When it is flushed, not at each login."""

    async def scene(logins: Logins, clock: Clock) -> None:
        await logins.verify("ann", "right", HERE)
        logins.flush()

    play(users, scene)
    users.allow("ann", [])  # so that it is read anew
    ann = users.user("ann")
    assert ann is not None
    assert (ann.secrets[0].used, ann.secrets[0].used_from) == (NOW, HERE)


def test_passwords_are_random_and_their_hashes_salted() -> None:
    """125 bits; argon2id with OWASP's least memory."""
    made = {relay_passwords.new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) == 29 for one in made)
    one, another = relay_passwords.hashed("x"), relay_passwords.hashed("x")
    assert one != another
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not relay_passwords.right("no hash", "x")
