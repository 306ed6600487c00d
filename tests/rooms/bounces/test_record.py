from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.kinds import Kind
from mailstrata.bounces.record import no_bounce, record, status_of
from mailstrata.model.reply import Reply


def test_what_the_mail_does_not_tell_is_null() -> None:
    """Not an empty text, which would look like an answer."""
    bounce = Bounce(recipient="ann@dock.example")
    told = record(bounce, classify(bounce), file="a.eml")
    assert [name for name, value in told.items() if value == ""] == []
    assert told["status"] is told["reply_code"] is told["at"] is told["alias"] is None


def test_times_are_utc_and_codes_are_texts() -> None:
    """As the contract writes them."""
    at = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
    bounce = Bounce(recipient="ann@dock.example", at=at, reply=Reply(code=550, text="no"))
    told = record(bounce, classify(bounce), file="a.eml")
    assert (told["at"], told["reply_code"]) == ("2026-05-12T18:43:00Z", "550")


def test_an_action_is_one_of_the_standards_five() -> None:
    """RFC 3464 2.3.3; who calls a mail spam has it, so a complaint tells of a delivered mail, and is no bounce."""
    bounce = Bounce(recipient="ann@dock.example", action="complained")
    told = record(bounce, classify(bounce), file="a.json")
    assert (told["action"], told["reason"], told["bounce"]) == ("delivered", "feedback", False)


@pytest.mark.parametrize(
    ("own", "answered", "told"),
    [("5.0.0", "5.7.26", "5.7.26"), ("", "5.7.26", "5.7.26"), ("5.1.1", "5.7.26", "5.1.1"), ("5.0.0", "", "5.0.0")],
)
def test_the_status_is_the_reports_own_unless_it_says_nothing(own: str, answered: str, told: str) -> None:
    """``5.0.0`` is "something" (RFC 3463 3.1); the answer may know more."""
    assert (
        status_of(Bounce(recipient="a@b.example", status=own, reply=Reply(code=550, text="", enhanced=answered)))
        == told
    )


@pytest.mark.parametrize(
    ("action", "is_bounce"),
    [
        ("failed", True),
        ("delayed", True),
        ("delivered", False),
        ("relayed", False),
        ("expanded", False),
        ("complained", False),
    ],
)
def test_only_a_failure_or_a_delay_is_a_bounce(action: str, is_bounce: bool) -> None:
    """RFC 3464 2.3.3."""
    bounce = Bounce(recipient="ann@dock.example", action=action)
    assert record(bounce, classify(bounce), file="a.eml")["bounce"] is is_bounce


@pytest.mark.parametrize(
    ("kind", "reason"), [(Kind.AUTO_REPLY, "vacation"), (Kind.FEEDBACK, "feedback"), (Kind.OTHER, None)]
)
def test_a_mail_that_is_no_bounce_says_what_it_is(kind: Kind, reason: str | None) -> None:
    """By the shared name, when there is one."""
    assert no_bounce(kind, file="a.eml") == {
        "file": "a.eml",
        "number": None,
        "bounce": False,
        "kind": kind.value,
        "reason": reason,
    }
