from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.rooms.credentials.rotation_bench import ALIAS, PLACE, Bench, stored

from mailstrata.credentials.rotation import Rotation, Step
from mailstrata.credentials.rotation_steps import LOGIN_SECONDS, Effects
from mailstrata.model.errors import Refusal


def _begun(bench: Bench) -> tuple[Effects, Rotation]:
    """Steps of a process that has made the key, and the rotation with it."""
    rotation, _ = asyncio.run(bench.rotating(new_place=True).intended())
    effects = Effects(bench.target(), bench.tools())
    outcome, _ = asyncio.run(effects.carry_out(Step.CREATE, rotation))
    return effects, replace(rotation, new=outcome.removeprefix("done: "))


@pytest.mark.parametrize("step", [Step.STORE, Step.PROMOTE, Step.TIDY, Step.RESTORE, Step.REMOVE, Step.DISCARD])
def test_a_step_that_is_carried_out_twice_does_its_work_once(step: Step) -> None:
    """What is so already is left alone."""
    bench = Bench(accepts_after=0)
    effects, rotation = _begun(bench)
    for before in (Step.STORE, Step.PROMOTE)[: 2 if step in {Step.TIDY, Step.RESTORE} else 1]:
        asyncio.run(effects.carry_out(before, rotation))
    asyncio.run(effects.carry_out(step, rotation))
    state = (dict(bench.places), dict(bench.keys), list(bench.done))
    asyncio.run(effects.carry_out(step, rotation))
    assert (dict(bench.places), dict(bench.keys), list(bench.done)) == state


def test_the_secret_of_a_new_key_survives_in_a_place_alone() -> None:
    """Another process stores it in the second place from the first one."""
    other = replace(ALIAS, address="crew@sailing.example", secret="file:/tmp/crew.json")
    bench = Bench(aliases=(ALIAS, other))
    bench.places[other.secret] = stored("AKIAOLD")
    effects, rotation = _begun(bench)
    asyncio.run(effects.carry_out(Step.STORE, rotation))
    bench.places[other.secret] = stored("AKIAOLD")
    fresh = Effects(bench.target(), bench.tools())
    asyncio.run(fresh.carry_out(Step.STORE, rotation))
    assert bench.places[other.secret]["next"] == bench.places[PLACE]["next"]
    assert (effects.in_hand, fresh.in_hand) == (rotation.new, "")


def test_a_login_is_waited_for_two_minutes_and_no_longer() -> None:
    """Then the answer is told (facts.md A7)."""
    bench = Bench(accepts_after=10_000)
    effects, rotation = _begun(bench)
    began = bench.time
    with pytest.raises(Refusal, match="535 Authentication Credentials Invalid"):
        asyncio.run(effects.carry_out(Step.PROVE, rotation))
    assert LOGIN_SECONDS <= (bench.time - began).total_seconds() <= LOGIN_SECONDS + 3


def test_the_new_key_is_not_removed_while_the_old_one_cannot_log_in() -> None:
    """After the new one was in use, somebody would be left without any."""
    bench = Bench(safe=False)
    bench.run()
    del bench.keys["AKIAOLD"]
    with pytest.raises(Refusal, match="did not accept AKIAOLD"):
        asyncio.run(Effects(bench.target(), bench.tools()).allow(Step.REMOVE, bench.rotation()))


def test_a_place_that_was_empty_from_the_beginning_is_filled() -> None:
    """One that could be read at the beginning and cannot be now is left alone."""
    bench = Bench(places={})
    effects, rotation = _begun(bench)
    assert rotation.unread == (PLACE,)
    asyncio.run(effects.carry_out(Step.STORE, rotation))
    assert set(bench.places[PLACE]) == {"next"}
    bench.refuse = {"read"}
    with pytest.raises(Refusal, match="cannot be read"):
        asyncio.run(effects.read(PLACE, replace(rotation, unread=())))
