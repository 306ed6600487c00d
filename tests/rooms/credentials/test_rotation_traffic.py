"""What is told of the old key while a rotation waits, and what of it proves anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rooms.credentials.rotation_bench import ADDRESS, AT, TOLD, USER

from mailstrata.credentials.rotation import Step
from mailstrata.credentials.rotation_next import World
from mailstrata.credentials.rotation_traffic import traffic
from mailstrata.credentials.usage import SentMail
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.facts import AccessKeyFacts


def _world(used: float | None) -> World:
    """The old key was last used ``used`` days after the new values were handed over."""
    last = None if used is None else AT + timedelta(days=used)
    return World(now=AT, keys={"AKIAOLD": AccessKeyFacts(user=USER, last_used=last)}, held={}, named={})


def _event(days: float, sender: str = ADDRESS, user: str = USER) -> SentMail:
    """A mail that SES's events tell of."""
    at = AT + timedelta(days=days)
    return SentMail(message_id=f"{days}", at=at, caller=user, source_ip="209.85.220.41", sender=sender)


def _mail(days: float, **more: object) -> Attempt:
    mail = Attempt(
        id="", sender=ADDRESS, recipient="ann@harbor.example", via=Via.GMAIL_ALIAS, at=AT + timedelta(days=days)
    )
    return replace(mail, **more)  # type: ignore[arg-type]


def test_mails_that_still_came_through_the_old_key_are_counted() -> None:
    """Those that SES took from the alias since the values were handed over and until the old key's last use."""
    mails = [
        _mail(-1),
        _mail(1),
        _mail(2),
        _mail(3),
        _mail(4),
        _mail(2, via=Via.SES_API),
        _mail(2, sender="other@sailing.example"),
        _mail(2, outcome=Outcome.REFUSED_AT_RELAY),
        _mail(2, at=None),
    ]
    assert traffic(TOLD, _world(3), mails) == (
        "the alias has not moved yet: 3 mails still came through the old key since Tuesday 12 May, "
        "the last at Fri 15 May 18:43 UTC",
    )
    assert "1 mail still" in traffic(TOLD, _world(1), mails)[0]
    assert "something still came" in traffic(TOLD, _world(3), [])[0]


@pytest.mark.parametrize("used", [None, -3.0])
def test_no_use_is_told_as_what_it_is(used: float | None) -> None:
    """No record of a use is no proof that there was none (facts.md F)."""
    assert traffic(TOLD, _world(used), [])[0].startswith("no use of the old key AKIAOLD since Tue 12 May is recorded")


def test_before_the_values_are_handed_over_there_is_nothing_to_tell() -> None:
    """Nor on the way back."""
    assert traffic(replace(TOLD, done={}), _world(3), []) == ()
    assert traffic(replace(TOLD, done={**TOLD.done, Step.TURN_BACK: AT}), _world(3), []) == ()


EVENTS = (_event(-1), _event(1), _event(2), _event(2.5, user="somebody-else"), _event(4))


def test_events_count_the_mails_and_say_where_they_came_from() -> None:
    """Those of the same user until the old key's last use; who sends and from where tells what to look for."""
    world = replace(_world(3), mails=EVENTS)
    (told,) = traffic(TOLD, world, [])
    assert "the alias has not moved yet: 2 mails still came through the old key since Tuesday 12 May" in told
    assert told.endswith("admin@sailing.example from 209.85.220.41 (2 mails, the last on 2026-05-14)")


def test_a_count_is_a_bound_once_the_new_key_is_at_work_too() -> None:
    """Events name the user and not the key."""
    new = AccessKeyFacts(user=USER, last_used=AT + timedelta(days=2))
    world = replace(_world(3), mails=EVENTS, keys={**_world(3).keys, "AKIANEW": new})
    assert "up to 2 mails still came" in traffic(TOLD, world, [])[0]


def test_events_alone_do_not_tell_which_of_two_keys_was_used() -> None:
    """It is said."""
    told = traffic(TOLD, replace(_world(None), mails=EVENTS), [])
    assert "SES's events name ses-smtp-relay as the sender of 3 mails since Tue 12 May" in told[-1]
    assert told[-1].endswith("and not by which of its two keys: they do not show which one is in use")


def test_mails_that_come_when_the_old_key_is_inactive_prove_the_move() -> None:
    """No login succeeds with it any more."""
    done = {**TOLD.done, Step.MOVED: AT + timedelta(days=1.5), Step.DEACTIVATE: AT + timedelta(days=3)}
    told = traffic(replace(TOLD, done=done), replace(_world(1.2), mails=EVENTS), [])
    assert told[-1].startswith("since AKIAOLD is inactive 1 mail came by ses-smtp-relay, so through AKIANEW: admin@")


def test_a_use_before_the_move_is_none_after_it() -> None:
    """The alias used the old key until it moved, as it should."""
    moved = replace(TOLD, done={**TOLD.done, Step.MOVED: AT + timedelta(days=2)})
    assert traffic(moved, _world(1), [])[0].startswith("no use of the old key AKIAOLD since Thu 14 May is recorded")
    assert traffic(moved, _world(3), [])[0].startswith("after the move: something still came through the old key")


def test_events_without_the_user_say_so() -> None:
    """None of those that were given."""
    told = traffic(TOLD, replace(_world(None), mails=(_event(1, user="somebody-else"),)), [])
    assert told[-1] == "SES's events name ses-smtp-relay as the sender of no mail since Tue 12 May"


@pytest.mark.parametrize(
    ("used", "words"),
    [(-0.5, "IAM does count SMTP logins here"), (None, "that proves nothing"), (-8, "that proves nothing")],
)
def test_the_new_keys_own_login_shows_whether_iam_counts_them(used: float | None, words: str) -> None:
    """AWS does not document it; here it is tried."""
    new = AccessKeyFacts(user=USER, last_used=None if used is None else AT + timedelta(days=used))
    world = replace(_world(None), keys={**_world(None).keys, "AKIANEW": new})
    proven = replace(TOLD, done={**TOLD.done, Step.PROVE: AT - timedelta(days=0.5)})
    assert words in traffic(proven, world, [])[1]
