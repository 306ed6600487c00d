"""Desired minus observed."""

from __future__ import annotations

from dataclasses import replace

from tests.rooms.repair.domain.looks import EVIDENCE, GOAL, IDENTITY, look

from mailstrata.model.facts import DkimFacts, SesAccountFacts
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.repair.domain.plan import evidence_of, plan
from mailstrata.repair.domain.ramp import Evidence


def test_a_domain_as_it_should_be_has_an_empty_plan_that_names_all_that_is_right() -> None:
    """Nothing is changed for the sake of it."""
    made = plan(GOAL, look(), EVIDENCE)
    assert (made.changes, made.gaps) == ((), ())
    assert made.right[0] == "sailing.example is verified in us-east-1"
    assert len(made.right) == 6


def test_sess_changes_come_before_dns_and_a_persons_come_last() -> None:
    """SES names the records that DNS then publishes."""
    seen = look(
        {("bounce.sailing.example", "MX"): Absent()},
        identity=Seen(value=replace(IDENTITY, mail_from=None)),
        account=Seen(value=SesAccountFacts(production=False)),
    )
    assert [change.id for change in plan(GOAL, seen, EVIDENCE).changes] == [
        "set-mail-from",
        "publish-records",
        "request-production",
    ]


def test_in_a_world_where_nothing_can_be_seen_nothing_is_planned() -> None:
    """Every gap is named with what would settle it."""
    blind = Unknown(reason="throttled", needs="a minute")
    seen = look(identity=blind, account=blind, zone=blind, elsewhere="throttled")
    seen = replace(seen, standing=dict.fromkeys(seen.standing, blind))
    made = plan(GOAL, seen, Evidence(signed=False))
    assert (made.changes, made.right) == ((), ())
    assert [gap.subject for gap in made.gaps] == [
        "the identity sailing.example in us-east-1",
        "MX bounce.sailing.example",
        "TXT bounce.sailing.example",
        "TXT _dmarc.sailing.example",
        "DKIM records of sailing.example",
    ]
    assert all(gap.needs == "a minute" for gap in made.gaps)


def test_the_evidence_for_a_harder_policy_is_what_ses_and_the_record_say() -> None:
    """Signing on and found; reports asked for."""
    policy = {("_dmarc.sailing.example", "TXT"): Seen(value=("v=DMARC1; p=none; rua=mailto:d@sailing.example",))}
    known = evidence_of(GOAL, look(policy), Evidence(signed=False))
    assert (known.signed, known.reported) == (True, True)
    waiting = look(identity=Seen(value=replace(IDENTITY, dkim=DkimFacts(status="PENDING"))))
    assert evidence_of(GOAL, waiting, Evidence(signed=True)) == Evidence(signed=False)
