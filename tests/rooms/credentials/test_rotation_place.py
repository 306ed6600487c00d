from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.credentials.rotation_bench import PLACE, REGION, Bench, stored

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.rotation_place import (
    Held,
    Staged,
    credential,
    held,
    of_key,
    promoted,
    restored,
    staged,
    tidied,
)

OLD = stored("AKIAOLD")
NEW = credential("AKIANEW", "CanaryNew", (REGION,))
_names = st.text("abcdefgh_", min_size=1, max_size=8)
_fields = st.dictionaries(_names, st.text(max_size=20), max_size=4)


def test_a_staged_credential_changes_nothing_for_a_reader() -> None:
    """Username and password are those before; the new one waits beside them."""
    place = staged(OLD, NEW)
    assert tidied(place) == OLD
    assert held(place) == Held(current="AKIAOLD", next="AKIANEW")


def test_a_promoted_credential_keeps_the_one_before() -> None:
    """One write changes what is in use."""
    place = promoted(staged(OLD, NEW))
    assert tidied(place) == NEW
    assert held(place) == Held(current="AKIANEW", previous="AKIAOLD")
    assert promoted(place) == place


@given(before=_fields)
def test_what_was_before_comes_back_whole(before: dict[str, str]) -> None:
    """From each state, whatever fields the owner keeps there."""
    assert restored(staged(before, NEW), "AKIANEW") == before
    assert restored(promoted(staged(before, NEW)), "AKIANEW") == before
    assert restored(before, "AKIANEW") == before


def test_a_credential_without_a_username_is_known_to_be_there() -> None:
    """A bare password becomes the one before."""
    assert held(promoted(staged({"password": "CanaryBare"}, NEW))).previous == "?"


def test_one_region_has_one_password_and_several_have_each_their_own() -> None:
    """A place that serves two regions names the region with the password; without `password` a reader derives it."""
    both = credential("AKIANEW", "CanaryNew", (REGION, "eu-west-1"))
    assert NEW["password"] == smtp_password("CanaryNew", REGION)
    assert both["password.eu-west-1"] == smtp_password("CanaryNew", "eu-west-1")
    assert "password" not in both


@given(text=st.text(max_size=30))
def test_a_broken_next_or_previous_is_as_good_as_none(text: str) -> None:
    """Somebody may have edited the place by hand."""
    place = {"username": "AKIAOLD", "next": text, "previous": text}
    assert held(place).next == ""
    assert of_key(place, "AKIANEW") == {}


def test_the_staged_credential_can_be_read_as_if_it_were_in_use() -> None:
    """For a test message with it, before anybody else gets it."""
    bench = Bench()
    bench.places[PLACE] = staged(OLD, NEW)
    place = Staged(bench, "AKIANEW")
    assert asyncio.run(place.read(PLACE)) == NEW
    asyncio.run(place.write(PLACE, OLD))
    assert bench.places[PLACE] == OLD
