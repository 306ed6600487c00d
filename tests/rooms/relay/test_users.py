"""Users and their passwords over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rooms.relay.directory import ANN
from tests.rooms.relay.talking import NOON

from mailstrata.model.errors import Malformed
from mailstrata.relay.users import WARNING, senders

ONE = ANN.secrets[0]
DAY = timedelta(days=1)


def test_two_passwords_live_beside_each_other_until_one_ends() -> None:
    """So one can be exchanged in Gmail while the other still works."""
    both = replace(ANN, secrets=(replace(ONE, expires=NOON + DAY), replace(ONE, number=2)))
    assert [secret.number for secret in both.live(NOON)] == [1, 2]
    assert [secret.number for secret in both.live(NOON + DAY)] == [2]


def test_a_session_counts_as_long_as_the_password_that_let_it_in() -> None:
    """Not longer because another one lives, and not after the login was revoked."""
    both = replace(ANN, secrets=(replace(ONE, expires=NOON + DAY), replace(ONE, number=2, hash="another")))
    assert [both.counts(hashed, NOON) for hashed in (ONE.hash, "another", "a third")] == [True, True, False]
    assert [both.counts(hashed, NOON + DAY) for hashed in (ONE.hash, "another")] == [False, True]
    assert not replace(both, revoked=NOON).counts("another", NOON)


def test_a_state_is_one_word() -> None:
    """Active, expiring, expired, revoked."""
    ending = replace(ANN, secrets=(replace(ONE, expires=NOON + WARNING),))
    assert ANN.state(NOON) == "active"
    assert ending.state(NOON) == "active"
    assert ending.state(NOON + DAY) == "expiring"
    assert ending.state(NOON + WARNING) == "expired"
    assert replace(ANN, revoked=NOON).state(NOON) == "revoked"


def test_the_end_is_that_of_the_last_password() -> None:
    """Never, if one of them has none."""
    first = replace(ONE, expires=NOON + DAY)
    assert replace(ANN, secrets=(first, replace(ONE, number=2))).ends(NOON) is None
    assert replace(ANN, secrets=(first,)).ends(NOON) == NOON + DAY
    assert replace(ANN, secrets=(first,)).ends(NOON + 2 * DAY) == NOON + DAY
    assert replace(ANN, revoked=NOON).ends(NOON) == NOON


def test_senders_are_addresses_and_domains_in_canonical_form() -> None:
    """Each once."""
    given = ("Admin@Sailing.example", "@DOCK.example.", "admin@sailing.example")
    assert senders(given) == ("admin@sailing.example", "@dock.example")


@pytest.mark.parametrize("given", [(), ("sailing.example",), ("@",), ("*",), ("a@b c",)])
def test_a_login_without_an_address_is_none(given: tuple[str, ...]) -> None:
    """There is no way to allow everything."""
    with pytest.raises(Malformed):
        senders(given)


def test_a_hash_is_in_no_repr() -> None:
    """Neither alone nor inside its user."""
    assert "argon2" not in repr(ANN)
