from __future__ import annotations

from dataclasses import replace

from tests.rooms.credentials.rotation_bench import AT, USER, Bench

from mailstrata.credentials.rotation import KIND, Step, latest, may_turn_back
from mailstrata.model.ports import LedgerRow

BEGIN = {
    "step": "begin",
    "old": "AKIAOLD",
    "was": "Active",
    "dead": "",
    "aliases": "admin@sailing.example crew@sailing.example",
    "unread": "",
    "keep_days": "7",
}


def _rows(*rows: tuple[dict[str, str], str]) -> tuple[LedgerRow, ...]:
    return tuple(
        LedgerRow(id=number, at=AT, kind=KIND, subject=USER, details=details, outcome=outcome)
        for number, (details, outcome) in enumerate(rows, 1)
    )


def test_without_rows_there_is_no_rotation() -> None:
    """Rows of other kinds and withdrawn ones are no rotation either."""
    other = replace(_rows((BEGIN, "done"))[0], kind="rotate-credentials")
    assert latest(()) is None
    assert latest((other,)) is None
    assert latest(_rows((BEGIN, "withdrawn"))) is None


def test_rows_tell_how_far_it_has_come() -> None:
    """What is done with its moment, the new key, and the row that is open."""
    created = ({"step": "create", "before": "AKIAOLD", "key": ""}, "done: AKIANEW")
    stored = ({"step": "store", "key": "AKIANEW"}, "")
    rotation = latest(_rows((BEGIN, "done"), created, stored))
    assert rotation is not None
    assert (rotation.old, rotation.new, rotation.keep_days) == ("AKIAOLD", "AKIANEW", 7)
    assert rotation.aliases == ("admin@sailing.example", "crew@sailing.example")
    assert rotation.done == {Step.CREATE: AT}
    assert rotation.open is not None
    assert rotation.open.details["step"] == "store"
    assert not rotation.ended
    assert may_turn_back(rotation)


def test_a_step_that_was_not_done_does_not_count() -> None:
    """It is as if it had never been tried."""
    rotation = latest(_rows((BEGIN, "done"), ({"step": "create", "before": "", "key": ""}, "not done")))
    assert rotation is not None
    assert (rotation.new, dict(rotation.done), rotation.open) == ("", {}, None)


def test_a_discarded_key_takes_its_steps_with_it() -> None:
    """It is created anew; a key that made room stays gone."""
    rows = _rows(
        (BEGIN, "done"),
        ({"step": "make-room", "key": "AKIADEAD"}, "done"),
        ({"step": "create", "before": "AKIAOLD", "key": ""}, "done: AKIALOST"),
        ({"step": "discard", "key": "AKIALOST"}, "done"),
    )
    rotation = latest(rows)
    assert rotation is not None
    assert (rotation.new, set(rotation.done)) == ("", {Step.MAKE_ROOM})
    assert set(rotation.gone) == {"AKIADEAD", "AKIALOST"}


def test_a_new_beginning_forgets_the_rotation_before() -> None:
    """One that was completed does not weigh on the next."""
    bench = Bench()
    bench.finish_up()
    first = bench.rotation()
    bench.run()
    second = bench.rotation()
    assert first.ended
    assert not second.ended
    assert (second.old, first.new) == (first.new, second.old)
    assert not may_turn_back(first)
