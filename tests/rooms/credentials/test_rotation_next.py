from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rooms.credentials.rotation_bench import ADDRESS, AT, PLACE, USER

from mailstrata.credentials.rotation import FORWARD, KIND, Rotation, Step
from mailstrata.credentials.rotation_next import Do, Settle, Stuck, Wait, World, following, outcome_of
from mailstrata.credentials.rotation_place import Held
from mailstrata.credentials.usage import SentMail
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.ports import LedgerRow

OLD, NEW = AccessKeyFacts(user=USER), AccessKeyFacts(user=USER, created=AT)
ROTATION = Rotation(
    id=1, user=USER, at=AT, old="AKIAOLD", was="Active", dead="", aliases=(ADDRESS,), unread=(), keep_days=7
)
WORLD = World(
    now=AT,
    keys={"AKIAOLD": OLD, "AKIANEW": NEW},
    held={PLACE: Held(current="AKIANEW", previous="AKIAOLD")},
    named={ADDRESS: "AKIANEW"},
)


def _up_to(step: Step) -> Rotation:
    """The rotation with everything before ``step`` done just now."""
    done = FORWARD[: FORWARD.index(step)]
    return replace(ROTATION, new="AKIANEW" if Step.CREATE in done else "", done=dict.fromkeys(done, AT))


def _row(step: Step, **details: str) -> LedgerRow:
    return LedgerRow(id=9, at=AT, kind=KIND, subject=USER, details={"step": step, **details})


@pytest.mark.parametrize("step", [Step.STORE, Step.PROVE, Step.PROMOTE, Step.HAND_OVER, Step.MOVED, Step.TIDY])
def test_each_step_follows_when_those_before_it_are_done(step: Step) -> None:
    """In the order of facts.md F."""
    assert following(_up_to(step), WORLD) == Do(step)


def test_the_first_step_is_the_key() -> None:
    """Where room is; a third key is never tried."""
    one = replace(WORLD, keys={"AKIAOLD": OLD})
    assert following(ROTATION, one) == Do(Step.CREATE)
    assert isinstance(following(ROTATION, WORLD), Stuck)


def test_a_key_of_which_nobody_has_the_secret_is_discarded() -> None:
    """Neither memory nor a place has it."""
    lost = replace(WORLD, held={PLACE: Held(current="AKIAOLD")})
    assert following(_up_to(Step.STORE), lost) == Do(Step.DISCARD)
    assert following(_up_to(Step.STORE), replace(lost, in_hand="AKIANEW")) == Do(Step.STORE)


def test_a_dead_key_that_came_to_life_stops_it() -> None:
    """It is not deleted."""
    rotation = replace(ROTATION, dead="AKIADEAD")
    assert following(rotation, replace(WORLD, keys={"AKIADEAD": replace(OLD, status="Inactive")})) == Do(Step.MAKE_ROOM)
    assert isinstance(following(rotation, replace(WORLD, keys={"AKIADEAD": OLD})), Stuck)


def test_somebody_else_who_sends_as_the_same_user_holds_the_old_key_up() -> None:
    """SES's events show another sender since the move: it may hold the old key, whatever IAM's last use says."""
    rotation, later = _up_to(Step.DEACTIVATE), replace(WORLD, now=AT + timedelta(days=2))

    def sent(days: float, sender: str, caller: str = USER) -> SentMail:
        at = AT + timedelta(days=days)
        return SentMail(message_id="0100", at=at, caller=caller, source_ip="192.0.2.7", sender=sender)

    printer = "printer@sailing.example"
    held_up = following(rotation, replace(later, mails=(sent(1, printer),)))
    assert isinstance(held_up, Wait)
    assert f"{USER} also sends as {printer} from 192.0.2.7" in held_up.reason
    for other in (sent(-1, printer), sent(1, ADDRESS), sent(1, printer, "other")):
        assert following(rotation, replace(later, mails=(other,))) == Do(Step.DEACTIVATE)


def test_the_old_key_is_deleted_only_inactive_unnamed_and_after_its_days() -> None:
    """Each of the three holds it up on its own."""
    rotation = _up_to(Step.DELETE)
    later = replace(
        WORLD, now=AT + timedelta(days=7), keys={"AKIANEW": NEW, "AKIAOLD": replace(OLD, status="Inactive")}
    )
    assert following(rotation, later) == Do(Step.DELETE)
    assert isinstance(following(rotation, replace(later, keys=WORLD.keys)), Stuck)
    assert isinstance(following(rotation, replace(later, named={ADDRESS: "AKIAOLD"})), Wait)
    assert isinstance(following(rotation, replace(later, now=AT + timedelta(days=6))), Wait)


def test_an_inactive_old_key_is_not_deactivated_again() -> None:
    """It was so before the rotation began; it is still kept its days."""
    rotation = replace(_up_to(Step.DEACTIVATE), was="Inactive")
    waits = following(rotation, replace(WORLD, keys={"AKIANEW": NEW, "AKIAOLD": replace(OLD, status="Inactive")}))
    assert isinstance(waits, Wait)
    assert waits.step is Step.DELETE


def test_a_new_key_that_the_list_does_not_show_yet_is_not_missed() -> None:
    """IAM is eventually consistent (facts.md A7); after a minute it is gone."""
    unseen = replace(WORLD, keys={"AKIAOLD": OLD})
    assert following(_up_to(Step.PROVE), unseen) == Do(Step.PROVE)
    assert isinstance(following(_up_to(Step.PROVE), replace(unseen, now=AT + timedelta(seconds=61))), Stuck)


def test_an_open_row_comes_before_everything_else() -> None:
    """Nothing is tried again before it is settled."""
    row = _row(Step.DELETE, key="AKIAOLD")
    rotation = replace(_up_to(Step.DELETE), open=row)
    assert following(rotation, WORLD) == Settle(row=row, outcome="not done")


SETTLED = [
    (_row(Step.BEGIN), {}, "done"),
    (_row(Step.MOVED), {}, "done"),
    (_row(Step.PROVE), {}, "not done"),
    (_row(Step.HAND_OVER), {}, "not done"),
    (_row(Step.CREATE, before="AKIAOLD"), {}, "done: AKIANEW"),
    (_row(Step.CREATE, before="AKIAOLD AKIANEW"), {}, "not done"),
    (_row(Step.CREATE, before="AKIAOLD"), {"keys": {"AKIANEW": replace(NEW, last_used=AT)}}, "not done"),
    (
        _row(Step.CREATE, before="AKIAOLD"),
        {"keys": {"AKIANEW": replace(NEW, created=AT + timedelta(hours=1))}},
        "not done",
    ),
    (_row(Step.DELETE, key="AKIAOLD"), {"keys": {"AKIANEW": NEW}}, "done"),
    (_row(Step.DEACTIVATE, key="AKIAOLD"), {}, "not done"),
    (_row(Step.DEACTIVATE, key="AKIAOLD"), {"keys": {"AKIAOLD": replace(OLD, status="Inactive")}}, "done"),
    (_row(Step.REACTIVATE, key="AKIAOLD"), {}, "done"),
    (_row(Step.REACTIVATE, key="AKIAOLD"), {"keys": {}}, "not done"),
    (_row(Step.STORE), {"held": {PLACE: Held(current="AKIAOLD", next="AKIANEW")}}, "done"),
    (_row(Step.STORE), {"held": {PLACE: Held(next="AKIANEW"), "file:x": Held()}}, "not done"),
    (_row(Step.PROMOTE), {}, "done"),
    (_row(Step.PROMOTE), {"held": {PLACE: Held(current="AKIAOLD", next="AKIANEW")}}, "not done"),
    (_row(Step.RESTORE), {}, "not done"),
    (_row(Step.RESTORE), {"held": {PLACE: Held(current="AKIAOLD")}}, "done"),
    (_row(Step.TIDY), {}, "not done"),
    (_row(Step.TIDY), {"held": {PLACE: Held(current="AKIANEW")}}, "done"),
]


@pytest.mark.parametrize(("row", "seen", "outcome"), SETTLED)
def test_the_world_shows_what_became_of_an_interrupted_step(
    row: LedgerRow, seen: dict[str, object], outcome: str
) -> None:
    """For every kind of step, both ways."""
    assert outcome_of(row, _up_to(Step.TIDY), replace(WORLD, **seen)) == outcome  # type: ignore[arg-type]


def test_on_the_way_back_a_key_that_was_inactive_stays_so() -> None:
    """Only what the rotation did is reversed."""
    back = replace(_up_to(Step.MOVED), done={**_up_to(Step.MOVED).done, Step.TURN_BACK: AT})
    off = replace(WORLD, keys={"AKIANEW": NEW, "AKIAOLD": replace(OLD, status="Inactive")})
    assert following(back, off) == Do(Step.REACTIVATE)
    assert following(replace(back, was="Inactive"), off) == Do(Step.RESTORE)


def test_on_the_way_back_a_move_by_the_owners_word_needs_the_word_again() -> None:
    """The setup never showed it, so it cannot show that Gmail was given the old values."""
    done = {**_up_to(Step.DEACTIVATE).done, Step.TURN_BACK: AT, Step.RESTORE: AT}
    back = replace(_up_to(Step.DEACTIVATE), done=done, vouched=True)
    still = replace(WORLD, named={ADDRESS: "AKIAOLD"})
    assert isinstance(following(back, still), Wait)
    assert following(back, replace(still, word=True)) == Do(Step.REMOVE)
