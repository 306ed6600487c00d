"""What is known of stored passwords, gathered for the three password checks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.stored_password import Stored, doubt, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.facts import AccessKeyFacts, LoginFacts, PasswordFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, SmtpLogin, StoredPassword
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias, Setup

HOST = "email-smtp.us-east-1.amazonaws.com"
KEY = "AKIAEXAMPLE"


def gathered(
    facts: Observation[PasswordFacts], key: Observation[AccessKeyFacts], code: int | None, *aliases: Alias
) -> tuple[Stored, ...]:
    """The passwords of some aliases in a small world; ``code`` is what a login is answered with."""
    login = Seen(value=LoginFacts(reply=Reply(code=code or 0, text="")))
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=aliases or (alias(),))
    case = Case(setup=setup, at=datetime(2026, 5, 12, tzinfo=UTC))
    known = {
        StoredPassword(KEY, "us-east-1"): facts,
        StoredPassword(KEY, "eu-west-1"): facts,
        AccessKey(KEY): key,
        SmtpLogin(HOST, 587, KEY): login if code else Unknown(reason="not tried"),
        SmtpLogin("email-smtp.eu-west-1.amazonaws.com", 587, KEY): Unknown(reason="not tried"),
    }
    return stored_passwords(case, Evidence(known))


def alias(address: str = "admin@sailing.example", host: str = HOST, username: str = KEY) -> Alias:
    """An alias with the key of these tests."""
    return Alias(address=address, host=host, username=username)


ACTIVE = Seen(value=AccessKeyFacts(user="ses-smtp-relay"))
RIGHT = Seen(value=PasswordFacts(mistake="right"))


@pytest.mark.parametrize(
    ("key", "dead"),
    [
        (ACTIVE, False),
        (Seen(value=AccessKeyFacts(user="ses-smtp-relay", status="Inactive")), True),
        (Absent(how="NoSuchEntity"), True),
        (Unknown(reason="denied"), False),
    ],
)
def test_a_key_is_dead_only_where_that_was_seen(key: Observation[AccessKeyFacts], dead: bool) -> None:
    """What IAM does not tell is not held against the key."""
    (stored,) = gathered(RIGHT, key, 235)
    assert stored.key_dead is dead


@pytest.mark.parametrize(("code", "works"), [(235, True), (535, False), (None, None)])
def test_a_login_tells_whether_a_password_works(code: int | None, works: bool | None) -> None:
    """Accepted, refused, or not tried."""
    (stored,) = gathered(RIGHT, ACTIVE, code)
    assert stored.works is works


@pytest.mark.parametrize(("code", "mistake"), [(535, "v2"), (235, "unrecognised"), (None, "unrecognised")])
def test_the_old_algorithm_is_a_mistake_where_ses_refuses_it(code: int | None, mistake: str) -> None:
    """SES refuses it step by step, so only a refusal makes it one (facts.md A3)."""
    (stored,) = gathered(Seen(value=PasswordFacts(mistake="v2")), ACTIVE, code)
    assert stored.mistake == mistake


def test_a_password_is_one_for_each_region() -> None:
    """Two aliases at one host share a password, one at another region's host has its own."""
    other = alias("crew@sailing.example"), alias("mate@sailing.example", "email-smtp.eu-west-1.amazonaws.com")
    found = gathered(RIGHT, ACTIVE, 235, alias(), *other)
    assert [(stored.region, len(stored.aliases)) for stored in found] == [("us-east-1", 2), ("eu-west-1", 1)]


@pytest.mark.parametrize("username", ["", "ses-smtp-relay", "ASIAEXAMPLE"])
def test_only_a_long_term_key_has_a_password_to_look_at(username: str) -> None:
    """Of what can not log in at all the password is not the matter."""
    assert gathered(RIGHT, ACTIVE, 235, alias(username=username)) == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Unknown(reason="denied"), "denied"),
        (Absent(), "no password is stored"),
        (Seen(value=PasswordFacts(mistake="unrecognised")), "fits the stored secret in no known way"),
        (Seen(value=PasswordFacts(mistake="unrecognised", proven=False)), "nothing is at hand to compare it with"),
        (Seen(value=PasswordFacts(mistake="v2")), "old algorithm"),
    ],
)
def test_a_doubt_has_its_reason_and_what_would_settle_it(facts: Observation[PasswordFacts], reason: str) -> None:
    """Nobody is left with a bare question mark."""
    (stored,) = gathered(facts, ACTIVE, None)
    said, needs = doubt(stored)
    assert reason in said
    assert needs
