from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.credentials.rotation_bench import ADDRESS, ALIAS, AT, PLACE, REGION, USER, Bench

from mailstrata.credentials.rotation_choice import choose, is_dead
from mailstrata.credentials.rotation_target import Target, find_target
from mailstrata.credentials.usage import SentMail
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, Question
from mailstrata.model.setup import Setup

NAMED = {ADDRESS: "AKIAOLD"}
SETUP = Setup(domain="sailing.example", region=REGION, aliases=(ALIAS,))


def _key(status: str = "Active", *, used: float | None = None, age: float = 100) -> AccessKeyFacts:
    """A key of ``age`` days, last used ``used`` days ago."""
    last = None if used is None else AT - timedelta(days=used)
    return AccessKeyFacts(user=USER, status=status, created=AT - timedelta(days=age), last_used=last)


def test_the_only_key_is_live_when_the_setup_names_it() -> None:
    """The owner's word."""
    choice = choose(USER, {"AKIAOLD": _key()}, NAMED, AT)
    assert (choice.old, choice.was, choice.dead) == ("AKIAOLD", "Active", "")


def test_a_key_that_no_alias_names_is_not_retired() -> None:
    """Something else may use it: a new one is made beside it."""
    choice = choose(USER, {"AKIAOTHER": _key()}, NAMED, AT)
    assert (choice.old, choice.was, choice.dead) == ("", "", "")


@pytest.mark.parametrize(
    "other",
    [
        _key(age=2000),
        _key(age=2000, used=1900),
        _key("Inactive", used=1),
        _key("Inactive", age=1),
        AccessKeyFacts(user=USER, status="Inactive"),
    ],
    ids=["active and old", "active, long unused", "just used", "just made", "of which nothing is known"],
)
def test_a_second_key_that_is_not_proven_dead_ends_it_before_it_begins(other: AccessKeyFacts) -> None:
    """Neither age nor long disuse proves anything of an active key; the refusal has the evidence for both."""
    with pytest.raises(Refusal) as error:
        choose(USER, {"AKIASECOND": other, "AKIAOLD": _key()}, NAMED, AT)
    assert error.value.status == 4
    assert f"AKIASECOND is {other.status}" in error.value.message
    assert f"the setup names it for {ADDRESS}" in error.value.message
    assert "never deletes a key on a guess" in error.value.hint


def test_an_inactive_key_that_nobody_used_for_a_week_is_dead() -> None:
    """No login succeeds with it, and nobody has missed it."""
    choice = choose(USER, {"AKIASECOND": _key("Inactive", used=8), "AKIAOLD": _key()}, NAMED, AT)
    assert (choice.old, choice.dead) == ("AKIAOLD", "AKIASECOND")


@pytest.mark.parametrize(
    "named", [{}, {ADDRESS: "AKIAELSE"}, {ADDRESS: "AKIAOLD", "crew@sailing.example": "AKIASECOND"}]
)
def test_two_keys_without_one_owners_word_are_left_alone(named: dict[str, str]) -> None:
    """None named, or both."""
    with pytest.raises(Refusal):
        choose(USER, {"AKIASECOND": _key("Inactive", used=80), "AKIAOLD": _key()}, named, AT)


@given(
    status=st.sampled_from(["Active", "Inactive"]),
    used=st.none() | st.floats(0, 3000),
    age=st.floats(0, 3000),
    shift=st.floats(0, 3000),
)
def test_age_alone_never_makes_an_active_key_dead(status: str, used: float | None, age: float, shift: float) -> None:
    """Only an inactive one can be, whatever its dates are."""
    assert not is_dead(_key("Active", used=used, age=age + shift), AT)
    assert not is_dead(_key(status, used=0, age=age), AT)


class _Iam:
    def __init__(self, **keys: Observation[AccessKeyFacts]) -> None:
        self.keys = keys

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        assert isinstance(question, AccessKey)
        return self.keys.get(question.key_id, Absent())


OWNED = _Iam(AKIAOLD=Seen(value=_key()))


def _found(iam: _Iam = OWNED, *, setup: Setup = SETUP, ledger: Bench | None = None, **more: Any) -> Target:
    return asyncio.run(find_target(setup, iam, ledger or Bench(), **more))


def test_the_user_is_found_through_the_key_of_the_only_alias() -> None:
    """Nothing needs to be named where there is nothing to choose."""
    target = _found()
    assert (target.user, target.named, dict(target.places())) == (USER, NAMED, {PLACE: (REGION,)})


def test_every_alias_with_the_same_key_is_rotated_with_it() -> None:
    """It would break with the old key; an alias with another one is left alone."""
    crew = replace(ALIAS, address="crew@sailing.example", host="email-smtp.eu-west-1.amazonaws.com")
    other = replace(ALIAS, address="bosun@sailing.example", username="AKIAELSE")
    setup = replace(SETUP, aliases=(ALIAS, crew, other))
    for target in (_found(setup=setup, address=ADDRESS), _found(setup=setup, user=USER)):
        assert set(target.named) == {ADDRESS, "crew@sailing.example"}
        assert target.places()[PLACE] == (REGION, "eu-west-1")


def test_a_rotation_under_way_is_found_when_the_setup_names_the_new_key_already() -> None:
    """By the ledger, without asking IAM."""
    bench = Bench()
    bench.run()
    moved = replace(SETUP, aliases=(replace(ALIAS, username="AKIANEW2"),))
    assert _found(_Iam(), setup=moved, ledger=bench).user == USER
    assert set(_found(_Iam(), setup=moved, ledger=bench, user=USER).named) == {ADDRESS}


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"address": "nobody@sailing.example"}, 2, "no alias"),
        ({"iam": _Iam()}, 4, "no key AKIAOLD"),
        ({"iam": _Iam(AKIAOLD=Unknown(reason="not allowed", needs="iam:GetAccessKeyLastUsed"))}, 3, "cannot be told"),
        ({"iam": _Iam(), "user": "somebody"}, 2, "no alias of the setup uses a key of somebody"),
        ({"setup": replace(SETUP, aliases=())}, 2, "0 aliases"),
        ({"setup": replace(SETUP, aliases=(replace(ALIAS, username=""),))}, 4, "no username"),
        ({"setup": replace(SETUP, aliases=(replace(ALIAS, secret=""),))}, 4, "no place"),
        ({"setup": replace(SETUP, aliases=(replace(ALIAS, secret="env:SMTP"),))}, 4, "no place"),
    ],
)
def test_what_cannot_be_rotated_is_refused_in_one_line(more: dict[str, Any], status: int, said: str) -> None:
    """With the status that the contract gives such a refusal, and before anything is written."""
    with pytest.raises(Refusal) as error:
        _found(**more)
    assert error.value.status == status
    assert said in error.value.message


def test_a_named_user_may_have_lost_the_key_of_the_alias() -> None:
    """The owner says whose the new one shall be."""
    assert _found(_Iam(), address=ADDRESS, user="another-user").user == "another-user"


def _sent(user: str, sender: str = ADDRESS) -> SentMail:
    return SentMail(message_id=f"{user}{sender}", at=AT, caller=user, source_ip="209.85.220.41", sender=sender)


def test_a_key_that_no_alias_names_is_live_when_events_show_that_only_it_can_have_sent() -> None:
    """The user's only key, active, and a mail of the alias by that user since it was made."""
    choice = choose(USER, {"AKIAOTHER": _key()}, NAMED, AT, mails=[_sent(USER)])
    assert (choice.old, choice.was) == ("AKIAOTHER", "Active")
    assert f"SES's events name {USER} as the sender of 1 mail" in choice.evidence[-1]
    for keys, mails in [
        ({"AKIAOTHER": _key("Inactive", age=80)}, [_sent(USER)]),
        ({"AKIAOTHER": _key(age=-1)}, [_sent(USER)]),
        ({"AKIAOTHER": _key()}, [_sent(USER, "printer@sailing.example")]),
        ({"AKIAOTHER": _key()}, [_sent("other")]),
    ]:
        assert choose(USER, keys, NAMED, AT, mails=mails).old == ""


def test_events_do_not_choose_between_two_keys() -> None:
    """Caller identity is the user's; that is among what the refusal tells."""
    with pytest.raises(Refusal, match="cannot be told apart") as error:
        choose(USER, {"AKIASECOND": _key("Inactive", used=80), "AKIAOLD": _key()}, {}, AT, mails=[_sent(USER)])
    assert error.value.status == 4


def test_the_user_is_found_by_events_where_the_setup_names_no_key_that_is_there() -> None:
    """Without a username, or with that of a key that was deleted."""
    for alias in (replace(ALIAS, username=""), replace(ALIAS, username="AKIAGONE")):
        setup = replace(SETUP, aliases=(alias,))
        assert _found(setup=setup, mails=[_sent(USER), _sent("other", "x@y.example")]).user == USER
        with pytest.raises(Refusal, match="by two and one"):
            _found(setup=setup, mails=[_sent("one"), _sent("two")])


def test_events_that_name_another_user_than_the_setups_are_told_and_do_not_rule() -> None:
    """Another program may send as the same address, while Gmail, whose key is inactive, sends nothing."""
    assert _found(mails=[_sent("other")]).user == USER
    choice = choose(USER, {"AKIAOLD": _key()}, NAMED, AT, mails=[_sent("other")])
    assert "came by other and not by ses-smtp-relay: if that is Gmail" in choice.evidence[-1]
    both = choose(USER, {"AKIAOLD": _key()}, NAMED, AT, mails=[_sent("other"), _sent(USER.upper())])
    assert not any("if that is Gmail" in text for text in both.evidence)


def test_a_programs_call_of_the_api_names_nobody_who_logs_in() -> None:
    """A key of the administrator is not taken for the alias's, since a program of his sends as the same address."""
    by_api = replace(_sent("administrator"), api=True)
    setup = replace(SETUP, aliases=(replace(ALIAS, username="AKIAGONE"),))
    with pytest.raises(Refusal, match="has no key AKIAGONE"):
        _found(setup=setup, mails=[by_api])
    assert _found(setup=setup, mails=[by_api, _sent(USER)]).user == USER
    assert choose(USER, {"AKIAOTHER": _key()}, NAMED, AT, mails=[replace(_sent(USER), api=True)]).old == ""
