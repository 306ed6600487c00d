"""The changes in DNS: one batch, merged with what stands there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rooms.repair.domain.looks import EVIDENCE, GOAL, look, published

from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.repair.domain.change import Change, Layer
from mailstrata.repair.domain.dns_plan import batch, change
from mailstrata.repair.domain.goal import Goal
from mailstrata.repair.domain.state import Observed

BOUNCE = "bounce.sailing.example"


def changes(seen: Observed, goal: Goal = GOAL) -> list[Change]:
    """What DNS needs."""
    return list(change(batch(goal, seen, EVIDENCE), seen))


def sets(found: Change) -> list[tuple[str, str, tuple[str, ...]]]:
    """The record sets of a change."""
    return [(one.name, one.type, one.values) for one in found.records]


def seen(*values: str) -> Observation[tuple[str, ...]]:
    """Values that stand at a place."""
    return Seen(value=values)


def test_all_that_is_missing_goes_into_one_batch_with_what_stood_there() -> None:
    """Nothing for what was not there, so that an undo takes it away again."""
    (found,) = changes(
        look({("aaaa._domainkey.sailing.example", "CNAME"): Absent(), (BOUNCE, "TXT"): seen("hello", "v=spf1 a -all")})
    )
    assert (found.id, found.layer, found.safe) == ("publish-records", Layer.DNS, True)
    assert sets(found) == [
        ("aaaa._domainkey.sailing.example", "CNAME", ("aaaa.dkim.amazonses.com",)),
        (BOUNCE, "TXT", ('"hello"', '"v=spf1 a include:amazonses.com -all"')),
    ]
    assert [one.values for one in found.before] == [(), ("hello", "v=spf1 a -all")]


def test_a_record_of_the_wrong_region_is_replaced() -> None:
    """SES's own, so nobody else reads it."""
    (found,) = changes(look({(BOUNCE, "MX"): seen("10 feedback-smtp.eu-west-1.amazonses.com")}))
    assert sets(found) == [(BOUNCE, "MX", ("10 feedback-smtp.us-east-1.amazonses.com",))]
    assert found.safe


def test_case_and_last_dots_are_no_difference() -> None:
    """DNS compares without them (RFC 4343)."""
    assert changes(look({(BOUNCE, "MX"): seen("10 Feedback-SMTP.us-east-1.AmazonSES.com.")})) == []


def test_a_cname_in_the_way_goes_first_and_makes_the_change_unsafe() -> None:
    """RFC 1034 3.6.2: nothing stands beside a CNAME. It is taken away once, in the same batch."""
    (found,) = changes(
        look({(BOUNCE, "CNAME"): seen("mail.dock.example"), (BOUNCE, "MX"): Absent(), (BOUNCE, "TXT"): Absent()})
    )
    assert sets(found)[0] == (BOUNCE, "CNAME", ())
    assert [kind for _, kind, _ in sets(found)] == ["CNAME", "MX", "TXT"]
    assert found.before[0] == Record(name=BOUNCE, type="CNAME", values=("mail.dock.example",))
    assert (found.id, found.safe) == ("replace-cname", False)


def test_what_is_safe_does_not_wait_for_what_is_not() -> None:
    """The DKIM record is published unasked; the CNAME goes only when it is named."""
    found = changes(
        look({(BOUNCE, "CNAME"): seen("x.dock.example"), ("aaaa._domainkey.sailing.example", "CNAME"): Absent()})
    )
    assert [(one.id, one.safe) for one in found] == [("publish-records", True), ("replace-cname", False)]


def test_a_dmarc_record_that_a_cname_leads_to_is_left_to_its_owner() -> None:
    """Who collects the reports may hold it; it was to be replaced by p=none."""
    policy = "_dmarc.sailing.example"
    led = look({(policy, "CNAME"): seen("s.dmarc.dock.example"), (policy, "TXT"): seen("v=DMARC1; p=reject")})
    assert changes(led, replace(GOAL, dmarc="reject")) == []
    assert f"DMARC: TXT {policy}, by a CNAME to s.dmarc.dock.example" in batch(GOAL, led, EVIDENCE).right
    (found,) = changes(look({(policy, "CNAME"): seen("s.dmarc.dock.example"), (policy, "TXT"): Absent()}))
    assert (found.id, found.layer, found.records) == ("mend-dmarc", Layer.PERSON, ())


def test_mail_that_ses_receives_in_another_region_is_not_led_away_either() -> None:
    """Nor is a MAIL FROM name that receives: the rules that take its mail are where its MX leads."""
    goal = replace(GOAL, receives=True)
    abroad = {("sailing.example", "MX"): seen("10 inbound-smtp.eu-west-1.amazonaws.com")}
    assert [one.id for one in changes(look(published(goal) | abroad), goal)] == ["move-inbound-mx"]
    bounce = look({(BOUNCE, "MX"): seen("10 inbound-smtp.us-east-1.amazonaws.com")})
    assert [one.id for one in changes(bounce)] == ["choose-mail-from"]


@pytest.mark.parametrize(
    ("place", "goal", "expected"),
    [
        ((BOUNCE, "MX"), GOAL, "choose-mail-from"),
        (("sailing.example", "MX"), replace(GOAL, receives=True), "move-inbound-mx"),
    ],
)
def test_mail_that_somebody_else_receives_is_never_led_away(place: tuple[str, str], goal: Goal, expected: str) -> None:
    """It is a person's decision, with the record at hand."""
    look_at = look(published(goal) | {place: seen("10 aspmx.l.google.com")})
    (found,) = changes(look_at, goal)
    assert (found.id, found.layer, found.safe) == (expected, Layer.PERSON, False)
    assert "aspmx.l.google.com" in found.why


@pytest.mark.parametrize(
    ("place", "texts", "expected"),
    [
        ((BOUNCE, "TXT"), ("v=spf1 inklude:x -all",), "mend-spf"),
        (("_dmarc.sailing.example", "TXT"), ("v=DMARC1; p=perhaps",), "mend-dmarc"),
    ],
)
def test_a_text_that_nobody_can_join_is_for_a_person(
    place: tuple[str, str], texts: tuple[str, ...], expected: str
) -> None:
    """The rest of the batch is made all the same."""
    found = changes(look({place: seen(*texts), ("aaaa._domainkey.sailing.example", "CNAME"): Absent()}))
    assert [one.id for one in found] == ["publish-records", expected]


def test_a_place_that_could_not_be_seen_is_a_gap_and_is_not_written() -> None:
    """Not seen is not absent: what may stand there would be lost."""
    at = look({(BOUNCE, "TXT"): Unknown(reason="SERVFAIL")})
    assert changes(at) == []
    assert [(gap.subject, gap.reason) for gap in batch(GOAL, at, EVIDENCE).gaps] == [(f"TXT {BOUNCE}", "SERVFAIL")]


def test_where_another_host_serves_the_zone_the_records_are_for_a_person() -> None:
    """The same records, and why mailstrata does not publish them."""
    elsewhere = look({(BOUNCE, "MX"): Absent()}, zone=Absent(), elsewhere="the delegation leads to ns.dock.example")
    (found,) = changes(elsewhere)
    assert found.layer is Layer.PERSON
    assert "the delegation leads to ns.dock.example" in found.why
    assert sets(found) == [(BOUNCE, "MX", ("10 feedback-smtp.us-east-1.amazonses.com",))]


def test_the_dmarc_policy_goes_one_step_towards_the_goal() -> None:
    """Its other tags stay."""
    at = look({("_dmarc.sailing.example", "TXT"): seen("v=DMARC1; p=none; rua=mailto:d@sailing.example")})
    (found,) = changes(at, replace(GOAL, dmarc="reject"))
    assert sets(found) == [
        ("_dmarc.sailing.example", "TXT", ('"v=DMARC1; p=quarantine; rua=mailto:d@sailing.example"',))
    ]
    assert "one step on the way to p=reject" in found.why
    assert (found.id, found.safe) == ("harden-dmarc", False)
