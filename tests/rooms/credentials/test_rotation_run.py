from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.credentials.rotation_bench import ADDRESS, ALIAS, AT, PLACE, SECRETS, Bench, Died, stored

from mailstrata.adapters.secrets import PrivateFiles, SecretPlaces
from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.rotation import KIND, Step
from mailstrata.credentials.rotation_run import Rotating
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts

NEVER_SAID = ("Canary", *(smtp_password(secret, "us-east-1") for secret in SECRETS.values()))


def _refused(bench: Bench, **more: bool) -> Refusal:
    with pytest.raises(Refusal) as error:
        bench.run(**more)
    assert error.value.status == 4
    return error.value


def _complete(bench: Bench) -> None:
    """The end that every rotation comes to."""
    new = bench.rotation().new
    assert list(bench.keys) == [new]
    assert bench.keys[new].status == "Active"
    assert bench.works()
    assert set(bench.places[PLACE]) == {"username", "password", "secret_access_key", "region"}
    assert bench.places[PLACE]["username"] == new
    assert [row for row in bench.ledger if not row.outcome] == []


def _silent(bench: Bench) -> None:
    """No secret and no password of anybody in what was said or written down."""
    passwords = [smtp_password(secret, "us-east-1") for secret in bench.secrets.values()]
    kept = [*bench.said, *map(repr, bench.ledger)]
    assert kept
    assert [text for text in kept if any(word in text for word in (*NEVER_SAID, *passwords))] == []


def test_it_goes_as_far_as_it_can_and_then_waits_for_the_owner() -> None:
    """Created, stored, proven, promoted, handed over; the old key is as it was."""
    bench = Bench()
    told = bench.run()
    assert [one.step for one in told] == [
        Step.BEGIN,
        Step.CREATE,
        Step.STORE,
        Step.PROVE,
        Step.PROMOTE,
        Step.HAND_OVER,
        Step.MOVED,
    ]
    assert told[-1].waiting
    assert bench.keys["AKIAOLD"].status == "Active"
    assert bench.places[PLACE]["username"] == bench.rotation().new


def test_the_place_holds_the_old_credential_until_the_new_one_has_logged_in() -> None:
    """A login that never succeeds leaves what readers of the place get as it was."""
    bench = Bench(accepts_after=1000)
    assert "did not accept" in _refused(bench).message
    assert {**bench.places[PLACE], "next": ""} == {**stored("AKIAOLD"), "next": ""}
    assert (bench.time - AT) <= timedelta(seconds=126)
    bench.pass_days(1)
    assert bench.run()[-1].step is Step.MOVED


def test_from_beginning_to_end() -> None:
    """A day of quiet after the move, then inactive; a week later deleted, and the place holds the new one alone."""
    bench = Bench()
    bench.run()
    bench.retype(bench.rotation().new)
    quiet = bench.run()[-1]
    assert (quiet.step, quiet.until) == (Step.DEACTIVATE, bench.rotation().done[Step.MOVED] + timedelta(days=1))
    bench.pass_days(1)
    kept = bench.run()[-1]
    assert (kept.step, kept.until) == (Step.DELETE, bench.rotation().done[Step.DEACTIVATE] + timedelta(days=7))
    assert bench.keys["AKIAOLD"].status == "Inactive"
    bench.pass_days(7)
    bench.run()
    _complete(bench)
    _silent(bench)


def test_a_run_that_has_nothing_to_do_does_nothing() -> None:
    """While it waits, going on writes no row and makes no change."""
    bench = Bench()
    bench.run()
    before = (len(bench.ledger), list(bench.done))
    assert [one.waiting for one in bench.run()] == [True]
    assert (len(bench.ledger), bench.done) == before


def _calls() -> int:
    bench = Bench(may_probe=True)
    bench.finish_up()
    return bench.calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(1, _calls() + 1))
def test_a_process_that_dies_at_any_call_is_taken_up_and_comes_to_the_same_end(call: int, after: bool) -> None:
    """Before and after every row and every effect; in between everybody could log in (the bench watches each effect)."""
    bench = Bench(dies=call, dies_after=after, may_probe=True)
    bench.finish_up()
    assert bench.calls >= call
    _complete(bench)
    _silent(bench)


@given(deaths=st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=6), turn=st.none() | st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_whatever_dies_and_whenever_it_is_rolled_back_it_ends_well(
    deaths: list[tuple[int, bool]], turn: int | None
) -> None:
    """Several deaths in a row, and a rollback in the middle: it completes or is as before, and everybody can log in."""
    bench = Bench()
    for call, after in deaths:
        bench.dies, bench.dies_after = bench.calls + call, after
        back = turn is not None and bench.calls >= turn
        with contextlib.suppress(Died):
            bench.run(back=back and bool(bench.ledger) and not bench.rotation().ended)
    bench.dies = 0
    if turn is None or not bench.ledger:
        bench.finish_up()
        _complete(bench)
    else:
        assert bench.works()
        if not bench.rotation().ended and Step.MOVED not in bench.rotation().done:
            bench.run(back=True)
            assert list(bench.keys) == ["AKIAOLD"]
            assert bench.places[PLACE] == stored("AKIAOLD")
    _silent(bench)


def test_a_key_whose_secret_died_with_its_process_is_deleted_and_made_anew() -> None:
    """Nobody can have its secret; the ledger says which key it was."""
    bench = Bench()
    bench.dies, bench.dies_after = 5, False
    with pytest.raises(Died):
        bench.run()
    lost = next(key for key in bench.keys if key != "AKIAOLD")
    told = bench.run()
    assert [one.step for one in told][:3] == [Step.BEGIN, Step.DISCARD, Step.CREATE]
    assert lost not in bench.keys


def test_a_key_that_somebody_else_made_meanwhile_is_not_taken_for_ours() -> None:
    """It was used, so somebody has its secret: it stays, and the rotation says that there are two."""
    bench = Bench(dies=4)
    with pytest.raises(Died):
        bench.run()
    bench.keys["AKIATHEIRS"] = AccessKeyFacts(user="ses-smtp-relay", created=bench.time, last_used=bench.time)
    assert "two keys" in _refused(bench).message
    assert "AKIATHEIRS" in bench.keys


def test_an_open_row_is_given_a_minute_before_it_is_settled() -> None:
    """The process that wrote it may still be at it."""
    bench = Bench(dies=4)
    with pytest.raises(Died):
        bench.run()
    bench.run()
    assert bench.time - AT >= timedelta(seconds=60)


def test_of_two_processes_at_once_the_later_one_withdraws() -> None:
    """Its row comes second, so it has done nothing."""

    class Busy(Bench):
        """A ledger in which another process writes first, once."""

        def begin(self, kind: str, subject: str, details: dict[str, str]) -> int:  # type: ignore[override]
            if not self.ledger:
                super().begin(kind, subject, details)
            return super().begin(kind, subject, details)

    bench = Busy()
    assert "another rotation" in _refused(bench).message
    assert bench.done == []
    assert [row.outcome for row in bench.rows(KIND)] == ["", "withdrawn"]


def test_a_process_that_seemed_dead_takes_its_key_back() -> None:
    """Another one settled its row meanwhile and knows nothing of the key: it goes, and the other's word stands."""

    class Slow(Bench):
        """A world in which another process settles the creation just before it takes effect."""

        def _effect(self, name: str) -> None:
            if name == "create":
                self.ledger[-1] = replace(self.ledger[-1], outcome="not done")
            super()._effect(name)

    bench = Slow()
    assert "went on without this one" in _refused(bench).message
    assert list(bench.keys) == ["AKIAOLD"]
    assert bench.ledger[-1].outcome == "not done"


def test_a_login_in_progress_is_given_its_two_minutes() -> None:
    """A process that polls is not taken for dead."""
    bench = Bench(dies=9, dies_after=True)
    with pytest.raises(Died):
        bench.run()
    left = bench.ledger[-1]
    assert (left.details["step"], left.outcome) == (Step.PROVE, "")
    bench.run()
    assert bench.time - left.at >= timedelta(seconds=180)


def test_a_use_of_the_old_key_after_the_move_holds_it_up_until_the_owner_says_so_again() -> None:
    """Something else has the key: no time that passes makes it right to take it away."""
    bench = Bench()
    bench.run()
    bench.retype(bench.rotation().new)
    bench.run()
    bench.pass_days(0.5)
    bench.keys["AKIAOLD"] = replace(bench.keys["AKIAOLD"], last_used=bench.time)
    bench.pass_days(30)
    assert "something else has it" in bench.run()[-1].text
    assert bench.keys["AKIAOLD"].status == "Active"
    assert bench.run(word=True)[-1].until == bench.time + timedelta(days=1)


def test_the_owners_word_stands_in_for_the_setup_but_not_for_the_deletion() -> None:
    """With --moved it goes on; a setup that still names the old key keeps it from being deleted."""
    bench = Bench(safe=False)
    bench.run()
    assert bench.run(word=True)[-1].step is Step.DEACTIVATE
    bench.pass_days(1)
    bench.run()
    bench.pass_days(30)
    assert "still names AKIAOLD" in bench.run()[-1].text
    assert "AKIAOLD" in bench.keys


def test_the_owners_word_before_anything_was_handed_over_is_refused() -> None:
    """It cannot be about values that nobody has seen."""
    bench = Bench()
    assert "handed over" in _refused(bench, word=True).message
    assert not bench.ledger


def test_the_old_key_stays_when_the_new_one_no_longer_logs_in() -> None:
    """Before a key is taken away the other one is tried."""
    bench = Bench()
    bench.run()
    bench.retype(bench.rotation().new)
    bench.run()
    bench.pass_days(1)
    bench.refuse = {"login"}
    assert "did not accept" in _refused(bench).message
    assert bench.keys["AKIAOLD"].status == "Active"


@pytest.mark.parametrize("effect", ["create", "write", "login", "Inactive", "delete AKIAOLD"])
def test_a_refused_effect_is_told_and_can_be_tried_again(effect: str) -> None:
    """Exit status 4, nothing lost, and without the obstacle the same end."""
    bench = Bench(refuse={effect})
    with pytest.raises(Refusal):
        bench.finish_up()
    bench.refuse = set()
    bench.finish_up()
    _complete(bench)
    _silent(bench)


def test_a_test_message_is_sent_only_where_that_is_allowed() -> None:
    """One, before anything reads the new credential."""
    quiet, loud = Bench(), Bench(may_probe=True)
    quiet.run()
    loud.run()
    assert "send" not in quiet.done
    assert loud.done == ["create", "write", "send", "write"]


def test_a_refused_test_message_stops_it_before_anything_reads_the_new_credential() -> None:
    """554 shows only after DATA (facts.md A4)."""
    bench = Bench(may_probe=True, refuse={"send"})
    assert "554 Access denied" in _refused(bench).message
    assert bench.places[PLACE]["username"] == "AKIAOLD"


@pytest.mark.parametrize("days", [None, 0.0, 1.0], ids=["before the move", "moved", "deactivated"])
def test_a_rollback_puts_back_what_was(days: float | None) -> None:
    """The old key active, the credential before in its place, the new key gone once Gmail has the old values again."""
    bench = Bench()
    bench.run()
    new = bench.rotation().new
    if days is not None:
        bench.retype(new)
        bench.run()
        bench.pass_days(days)
        bench.run()
        waits = bench.run(back=True)[-1]
        assert waits.waiting
        assert "Gmail still holds the new key" in waits.text
        assert new in bench.keys
        bench.retype("AKIAOLD")
    bench.run(back=True)
    assert list(bench.keys) == ["AKIAOLD"]
    assert bench.keys["AKIAOLD"].status == "Active"
    assert bench.places[PLACE] == stored("AKIAOLD")
    assert bench.rotation().ended
    _silent(bench)


def test_after_the_deletion_there_is_nothing_to_return_to() -> None:
    """A key that was deleted cannot come back."""
    bench = Bench()
    bench.run()
    bench.retype(bench.rotation().new)
    bench.run()
    bench.pass_days(1)
    bench.run()
    bench.pass_days(7)
    bench.refuse = {"write"}
    with pytest.raises(Refusal):
        bench.run()
    assert "nothing to return to" in _refused_after_a_minute(bench).message


def _refused_after_a_minute(bench: Bench) -> Refusal:
    bench.pass_days(0.1)
    return _refused(bench, back=True)


def test_without_a_rotation_there_is_nothing_to_roll_back() -> None:
    """And nothing is written."""
    bench = Bench()
    assert "no rotation" in _refused(bench, back=True).message
    assert not bench.ledger


def test_a_dead_key_makes_room() -> None:
    """Inactive, unnamed, unused for a week: it goes first, and is named."""
    dead = AccessKeyFacts(user="ses-smtp-relay", status="Inactive", created=AT - timedelta(days=30))
    bench = Bench()
    bench.keys["AKIADEAD"] = dead
    told = bench.run()
    assert told[1].step is Step.MAKE_ROOM
    assert "AKIADEAD" in told[1].text
    assert bench.done[0] == "delete AKIADEAD"
    bench.finish_up()
    _complete(bench)


def test_two_keys_of_which_none_is_dead_are_left_alone() -> None:
    """Refused with the evidence for each, before a row is written."""
    bench = Bench()
    bench.keys["AKIADEAD"] = AccessKeyFacts(user="ses-smtp-relay", created=AT - timedelta(days=900))
    refusal = _refused(bench)
    assert "AKIAOLD is Active" in refusal.message
    assert "AKIADEAD is Active" in refusal.message
    assert not bench.ledger
    assert not bench.done


def test_a_user_without_a_key_gets_one() -> None:
    """The alias names a key that is gone: nothing to retire, so it ends with the move."""
    bench = Bench(keys={}, safe=False)
    bench.run()
    bench.retype(bench.rotation().new)
    bench.run()
    _complete(bench)


def test_two_aliases_of_one_place_and_one_of_another_move_together() -> None:
    """Every place gets the new key; the rotation waits for all aliases."""
    other = replace(ALIAS, address="crew@sailing.example", secret="file:/tmp/crew.json")
    bench = Bench(aliases=(ALIAS, other, replace(ALIAS, address="bosun@sailing.example")))
    bench.places[other.secret] = stored("AKIAOLD")
    bench.run()
    assert {fields["username"] for fields in bench.places.values()} == {bench.rotation().new}
    bench.aliases = (replace(ALIAS, username=bench.rotation().new), *bench.aliases[1:])
    assert "crew@sailing.example, bosun@sailing.example has not moved" in bench.run()[-1].text
    bench.retype(bench.rotation().new)
    bench.finish_up()
    _complete(bench)


def test_a_place_that_cannot_be_read_any_more_is_not_overwritten() -> None:
    """It may hold what somebody needs."""
    bench = Bench(dies=6)
    with pytest.raises(Died):
        bench.run()
    bench.refuse = {"read"}
    assert f"{PLACE} cannot be read" in _refused(bench).message
    bench.refuse = set()
    assert bench.places[PLACE] == stored("AKIAOLD")


def test_a_place_that_cannot_be_read_is_written_anew_only_by_the_owners_leave() -> None:
    """It may hold what somebody needs and be out of reach for a moment."""
    bench = Bench(places={})
    assert "--new-place" in _refused(bench).hint
    assert not bench.ledger
    bench.run(new_place=True)
    bench.finish_up()
    _complete(bench)


def test_a_file_is_as_good_a_place_as_any(tmp_path: Path) -> None:
    """Readable by its owner alone, and whoever reads username and password there gets what works."""
    path = tmp_path / "admin.json"
    path.write_text(json.dumps(stored("AKIAOLD")))
    alias = replace(ALIAS, secret=f"file:{path}")
    bench = Bench(aliases=(alias,), places={})
    target, tools = bench.target(), replace(bench.tools(), secrets=SecretPlaces({"file": PrivateFiles()}))

    async def go() -> None:
        async for _ in Rotating(target, tools).run():
            fields = json.loads(path.read_text())
            assert bench.logs_in(fields["username"], fields["password"])

    asyncio.run(go())
    assert json.loads(path.read_text())["username"] == bench.rotation().new
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_alias_that_left_the_setup_is_missed() -> None:
    """What is rotated for it could not be handed over."""
    bench = Bench()
    bench.run()
    bench.aliases = (replace(ALIAS, address="other@sailing.example"),)
    assert ADDRESS in _refused(bench).message


def test_the_new_key_taken_away_by_somebody_else_stops_it() -> None:
    """Nothing goes on without the new key; a rollback does."""
    bench = Bench(safe=False)
    bench.run()
    bench.pass_days(1)
    del bench.keys[bench.rotation().new]
    assert "no longer there" in _refused(bench).message
    bench.run(back=True)
    assert bench.places[PLACE] == stored("AKIAOLD")
