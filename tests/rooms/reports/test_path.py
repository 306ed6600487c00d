from __future__ import annotations

from dataclasses import replace

from tests.rooms.reports.incident import TWO_FAULTS, UNSEEING, refused

from mailstrata.model.attempt import Outcome
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.reports.page import text_of
from mailstrata.reports.path import path, ways
from mailstrata.reports.story import Story


def drawn(diagnosis: Diagnosis, width: int = 80) -> list[str]:
    """The picture's lines."""
    return text_of(path(Story.of(diagnosis), width)).splitlines()


def band(diagnosis: Diagnosis, name: str) -> str:
    """The line of one stratum."""
    return next(line for line in drawn(diagnosis) if line[4:].startswith(name))


def test_mails_stop_where_their_cause_lies_and_the_way_is_dry_below() -> None:
    """The API's mail does not pass the relay."""
    assert "✗─ 1, 2: key-inactive" in band(TWO_FAULTS, "relay")
    assert "╂─ not on this way" in band(TWO_FAULTS, "relay")
    assert band(TWO_FAULTS, "identity").count("┊") == 1
    assert "✗─ 3: recipient-suppressed" in band(TWO_FAULTS, "account")
    assert band(TWO_FAULTS, "recipient").count("┊") == 2


def test_what_would_stop_a_mail_next_is_marked_in_its_way() -> None:
    """Only the mail to the suppressed recipient."""
    assert "◌─ 1 next: recipient-suppressed" in band(TWO_FAULTS, "account")


def test_a_way_stays_open_while_one_of_its_mails_gets_past() -> None:
    """Mail 1 arrived, mail 2 did not."""
    one = refused(1, "ann@harbor.example", TWO_FAULTS.at)
    arrived = replace(one, attempt=replace(one.attempt, outcome=Outcome.DELIVERED), stratum=None, cause=None)
    diagnosis = replace(TWO_FAULTS, attempts=(arrived, TWO_FAULTS.attempts[1]))
    assert "✗─ 2: key-inactive" in band(diagnosis, "relay")
    assert "┊" not in band(diagnosis, "recipient")
    assert drawn(diagnosis)[-1].strip() == "1 of 2 arrived"


def test_before_anything_was_sent_the_ways_are_those_of_the_setup() -> None:
    """And the causes stand where the next mail would meet them."""
    untried = replace(TWO_FAULTS, attempts=())
    assert [(way.via.value, way.sender) for way in ways(Story.of(untried))] == [
        ("gmail-alias", "admin@sailing.example"),
        ("ses-api", "sailing.example"),
    ]
    assert "✗─ key-inactive" in band(untried, "relay")
    assert band(untried, "account").count("✗─ recipient-suppressed") == 2


def test_a_mail_of_unknown_fate_is_not_said_to_be_lost() -> None:
    """Nobody saw it stop."""
    assert "✗" not in "".join(drawn(UNSEEING))
    assert drawn(UNSEEING)[-1].strip() == "0 of 1 arrived; 1: fate unknown"


def test_ways_without_room_are_counted() -> None:
    """A narrow page draws one way and says that there is another."""
    assert drawn(TWO_FAULTS, 40)[-1].strip() == "and 1 more way"
