from __future__ import annotations

from tests.rooms.reports.incident import KEY_INACTIVE, RECIPIENT_SUPPRESSED, TWO_FAULTS

from mailstrata.model.finding import Role
from mailstrata.reports.story import Story

STORY = Story.of(TWO_FAULTS)


def test_causes_are_counted_not_findings() -> None:
    """The refined refusal is no third cause."""
    assert [each.code for each in STORY.with_role(Role.PRIMARY, Role.SECONDARY)] == [
        "key-inactive",
        "recipient-suppressed",
    ]
    assert [each.code for each in STORY.with_role(Role.EFFECT)] == ["suppression-hides-cause"]


def test_a_cause_tells_what_it_lost_and_what_it_lies_in_wait_for() -> None:
    """The suppression would stop mail 1 once the login works, and not mail 2."""
    assert STORY.lost_to("key-inactive") == (1, 2)
    assert STORY.waited_for(RECIPIENT_SUPPRESSED) == (1,)
    assert STORY.waited_for(KEY_INACTIVE) == ()


def test_sends_that_were_not_tried_have_no_number() -> None:
    """Prospects stand in ``stops``, but on no line of the page."""
    assert STORY.mails(("attempt-3", "prospect-1", "attempt-1", "attempt-1")) == (1, 3)
