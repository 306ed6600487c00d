"""Guessing is slowed, then locked; nobody is locked out by somebody elsewhere."""

from __future__ import annotations

from mailstrata.relay.guessing import ADDRESS, LOCK, LOGIN, PAIR, Guard

HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"


def test_each_wrong_password_takes_longer_to_be_told() -> None:
    """Up to eight seconds."""
    guard = Guard()
    assert [guard.failed("ann", HERE, at=0.0) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_a_login_is_locked_where_it_is_guessed_and_only_there() -> None:
    """Its user elsewhere notices nothing."""
    guard = Guard()
    for _ in range(PAIR):
        guard.failed("ann", HERE, at=5.0)
    assert guard.locked("ann", HERE, at=5.0) == LOCK
    assert guard.locked("ann", "203.0.113.77", at=5.0) == LOCK
    assert guard.locked("ann", ELSEWHERE, at=5.0) == 0
    assert guard.locked("bob", HERE, at=5.0) == 0
    assert guard.locked("ann", HERE, at=5.0 + LOCK) == 0


def test_ipv4_on_a_socket_for_both_protocols_is_no_single_network() -> None:
    """As systemd makes for ``ListenStream=587``: a stranger's guesses lock the stranger's network only."""
    guard = Guard()
    for _ in range(ADDRESS):
        guard.failed("ann", f"::ffff:{HERE}", at=5.0)
    assert guard.locked("ann", f"::ffff:{HERE}", at=5.0) == LOCK
    assert guard.locked("bob", f"::ffff:{ELSEWHERE}", at=5.0) == 0
    assert guard.locked("bob", HERE, at=5.0) == LOCK


def test_an_address_that_tries_many_logins_is_locked() -> None:
    """One guess each is guessing too."""
    guard = Guard()
    for number in range(ADDRESS):
        guard.failed(f"user{number}", HERE, at=0.0)
    assert guard.locked("ann", HERE, at=1.0) > 0


def test_a_login_that_is_guessed_from_everywhere_is_locked_for_strangers_only() -> None:
    """Where it succeeded before, it goes on."""
    guard = Guard()
    guard.succeeded("ann", HERE)
    for number in range(LOGIN):
        guard.failed("ann", f"10.{number}.0.1", at=0.0)
    assert guard.locked("ann", ELSEWHERE, at=1.0) > 0
    assert guard.locked("ann", HERE, at=1.0) == 0


def test_a_right_password_forgets_the_wrong_ones_before_it() -> None:
    """A person who mistyped begins anew."""
    guard = Guard()
    for _ in range(PAIR - 1):
        guard.failed("ann", HERE, at=0.0)
    guard.succeeded("ann", HERE)
    assert guard.failed("ann", HERE, at=0.0) == 0.5


def test_wrong_passwords_are_forgotten_in_time() -> None:
    """A quarter of an hour."""
    guard = Guard()
    for _ in range(PAIR - 1):
        guard.failed("ann", HERE, at=0.0)
    guard.failed("ann", HERE, at=LOCK + 1)
    assert guard.locked("ann", HERE, at=LOCK + 1) == 0


def test_what_is_remembered_is_bounded() -> None:
    """A guesser with a million names costs no memory."""
    guard = Guard()
    for number in range(21_000):
        guard.failed(f"user{number}", f"2001:db8:{number:x}::1", at=0.0)
    assert len(guard._counts) <= 20_000
