"""Users in the relay's database: every change counts at once, also one that another process made. SQLite and Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailstrata.adapters.relay_database import Database, SqliteDatabase, opened
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.model.errors import Refusal
from mailstrata.model.reply import Reply
from mailstrata.relay.users import DirectoryUnavailable, User

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ANN = User(name="ann", senders=("admin@sailing.example",), created=NOW)


@pytest.fixture
def bases(place: str) -> Iterator[list[Database]]:
    """Two connections to one database, as two processes have them."""
    found = [opened(place) for _ in range(2)]
    yield found
    for base in found:
        base.close()


@pytest.fixture
def both(bases: list[Database]) -> list[RelayUsers]:
    """The users as each of two processes sees them, at a clock on which a second passes with each look."""
    seconds = iter(range(10_000))
    return [RelayUsers(base, steady=lambda: float(next(seconds))) for base in bases]


def give(users: RelayUsers, hashed: str, *, at: datetime = NOW, overlap: timedelta = DAY) -> None:
    """Another password for ann."""
    users.give("ann", hashed, created=at, expires=None, others_end=at + overlap)


def test_what_one_process_adds_the_other_finds(both: list[RelayUsers]) -> None:
    """With its password and all the rest."""
    ours, theirs = both
    assert theirs.user("ann") is None
    ours.add(replace(ANN, rate=60, daily=500))
    give(ours, "$argon2id$1")
    found = theirs.user("ann")
    assert found is not None
    assert (found.senders, found.rate, found.daily) == (("admin@sailing.example",), 60, 500)
    assert [secret.hash for secret in found.live(NOW)] == ["$argon2id$1"]
    assert [user.name for user in theirs.all()] == ["ann"]


def test_a_revocation_counts_at_the_next_look(both: list[RelayUsers]) -> None:
    """And leaves no hash behind."""
    ours, theirs = both
    ours.add(ANN)
    give(ours, "$argon2id$1")
    assert theirs.user("ann") is not None
    ours.revoke("ann", NOW)
    found = theirs.user("ann")
    assert found is not None
    assert (found.revoked, found.secrets) == (NOW, ())


def test_a_second_password_lets_the_first_end_later_and_a_third_ends_the_first_now(both: list[RelayUsers]) -> None:
    """At most two at a time."""
    ours, theirs = both
    ours.add(ANN)
    for number in (1, 2, 3):
        give(ours, f"$argon2id${number}", at=NOW + number * timedelta(hours=1))
    found = theirs.user("ann")
    assert found is not None
    at = NOW + timedelta(hours=3)
    assert [secret.number for secret in found.live(at)] == [2, 3]
    assert [secret.number for secret in found.live(at + 2 * DAY)] == [3]


def test_a_password_brings_a_revoked_user_back(both: list[RelayUsers]) -> None:
    """With that password only."""
    users = both[0]
    users.add(ANN)
    give(users, "$argon2id$1")
    users.revoke("ann", NOW)
    give(users, "$argon2id$2")
    found = users.user("ann")
    assert found is not None
    assert (found.revoked, [secret.hash for secret in found.secrets]) == (None, ["$argon2id$2"])


def test_the_last_use_only_goes_forward(both: list[RelayUsers]) -> None:
    """Processes write it in any order."""
    users = both[0]
    users.add(ANN)
    give(users, "$argon2id$1")
    users.used("ann", 1, at=NOW + DAY, address="203.0.113.9")
    users.used("ann", 1, at=NOW, address="198.51.100.7")
    give(users, "$argon2id$2")  # so that the users are read anew
    found = users.user("ann")
    assert found is not None
    assert (found.secrets[0].used, found.secrets[0].used_from) == (NOW + DAY, "203.0.113.9")


def test_a_share_is_one_for_all_processes(both: list[RelayUsers]) -> None:
    """Counted in the database, in one transaction; given back when the mail did not leave."""
    ours, theirs = both
    user = replace(ANN, daily=5)
    ours.add(user)
    ours.user("ann")
    assert ours.draw(user, 3, NOW) is None
    assert isinstance(theirs.draw(user, 3, NOW), Reply)
    ours.give_back("ann", 3)
    assert theirs.draw(user, 3, NOW) is None


def test_more_addresses_are_allowed_once_each(both: list[RelayUsers]) -> None:
    """The order stays."""
    users = both[0]
    users.add(ANN)
    users.allow("ann", ["@dock.example", "admin@sailing.example"])
    found = users.user("ann")
    assert found is not None
    assert found.senders == ("admin@sailing.example", "@dock.example")


def test_what_cannot_be_is_refused(both: list[RelayUsers]) -> None:
    """A name twice, a user that is not there."""
    users = both[0]
    users.add(ANN)
    with pytest.raises(Refusal, match="already"):
        users.add(ANN)
    with pytest.raises(Refusal, match="no user bob"):
        users.revoke("bob", NOW)


def test_a_database_that_does_not_answer_is_unknown_not_absent(tmp_path: Path) -> None:
    """So nobody is turned away for it."""
    base = SqliteDatabase(tmp_path / "relay.sqlite3")
    users = RelayUsers(base, steady=lambda: 0.0)
    base.run("DROP TABLE relay_changes")
    with pytest.raises(DirectoryUnavailable):
        users.user("ann")
    users.close()
