"""What a domain should publish."""

from __future__ import annotations

from mailstrata.model.facts import DkimFacts
from mailstrata.model.setup import Setup
from mailstrata.repair.domain.goal import Goal, records


def wanted(goal: Goal, dkim: DkimFacts | None) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, type and values of each record set."""
    return [(one.record.name, one.record.type, one.record.values) for one in records(goal, dkim)]


def test_everything_that_the_setup_asks_for_has_its_record() -> None:
    """The shapes of facts.md B3; sending uses amazonses, receiving amazonaws."""
    setup = Setup(domain="sailing.example", region="eu-west-1", mail_from="bounce.sailing.example", receives=True)
    assert wanted(Goal.of(setup), DkimFacts(tokens=("aaaa",), zone="dkim.eu-west-1.amazonses.com")) == [
        ("aaaa._domainkey.sailing.example", "CNAME", ("aaaa.dkim.eu-west-1.amazonses.com",)),
        ("bounce.sailing.example", "MX", ("10 feedback-smtp.eu-west-1.amazonses.com",)),
        ("bounce.sailing.example", "TXT", ('"v=spf1 include:amazonses.com ~all"',)),
        ("_dmarc.sailing.example", "TXT", ('"v=DMARC1; p=none"',)),
        ("sailing.example", "MX", ("10 inbound-smtp.eu-west-1.amazonaws.com",)),
    ]


def test_a_domain_that_only_sends_under_sess_own_name_needs_dkim_and_dmarc() -> None:
    """No MAIL FROM domain, no mail that comes in."""
    goal = Goal(domain="sailing.example", region="us-east-1")
    assert [name for name, _, _ in wanted(goal, DkimFacts(tokens=("aaaa",)))] == [
        "aaaa._domainkey.sailing.example",
        "_dmarc.sailing.example",
    ]


def test_a_key_of_ones_own_is_left_to_its_owner() -> None:
    """SES knows its selector; the value only the operator does."""
    goal = Goal(domain="sailing.example", region="us-east-1")
    assert [name for name, _, _ in wanted(goal, DkimFacts(tokens=("mine",), origin="EXTERNAL"))] == [
        "_dmarc.sailing.example"
    ]
