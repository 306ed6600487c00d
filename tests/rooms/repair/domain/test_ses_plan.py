"""The changes at SES."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rooms.repair.domain.looks import GOAL, IDENTITY

from mailstrata.model.facts import DkimFacts, IdentityFacts, MailFromFacts, SesAccountFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.repair.domain.change import Layer
from mailstrata.repair.domain.goal import Goal
from mailstrata.repair.domain.ses_plan import changes

ACCOUNT: Observation[SesAccountFacts] = Seen(value=SesAccountFacts())


def ids(identity: Observation[IdentityFacts], goal: Goal = GOAL) -> list[str]:
    """The changes by their ids."""
    return [change.id for change in changes(goal, identity, ACCOUNT)]


def facts(**different: object) -> Observation[IdentityFacts]:
    """An identity as it should be, but for what is said."""
    return Seen(value=replace(IDENTITY, **different))  # type: ignore[arg-type]


def test_an_identity_as_it_should_be_needs_nothing() -> None:
    """Nor does the account."""
    assert ids(facts()) == []


def test_an_identity_that_is_not_there_is_made_with_its_mail_from_domain() -> None:
    """In this order: a setting needs its identity."""
    assert ids(Absent()) == ["create-identity", "set-mail-from"]


def test_an_identity_that_nobody_could_see_is_not_changed() -> None:
    """Not seen is not absent."""
    assert ids(Unknown(reason="throttled")) == []


@pytest.mark.parametrize(
    ("identity", "change"),
    [
        (facts(dkim=DkimFacts(signing=False)), "enable-dkim"),
        (facts(dkim=DkimFacts(key_length="RSA_1024_BIT")), "renew-dkim"),
        (facts(mail_from=None), "set-mail-from"),
        (facts(mail_from=MailFromFacts(domain="mail.sailing.example")), "set-mail-from"),
        (facts(mail_from=MailFromFacts(domain="bounce.sailing.example", status="FAILED")), "set-mail-from"),
    ],
)
def test_each_setting_that_differs_is_one_change(identity: Observation[IdentityFacts], change: str) -> None:
    """And nothing else is touched."""
    assert ids(identity) == [change]


def test_a_pending_mail_from_domain_is_left_to_ses() -> None:
    """It looks by itself."""
    assert ids(facts(mail_from=MailFromFacts(domain="bounce.sailing.example", status="PENDING"))) == []


def test_a_key_of_ones_own_is_never_renewed() -> None:
    """Whatever its length."""
    assert ids(facts(dkim=DkimFacts(origin="EXTERNAL", key_length="RSA_1024_BIT"))) == []


def test_what_the_setup_says_nothing_of_stays() -> None:
    """And what it names is set."""
    assert ids(facts(configuration_set="events", feedback_forwarding=False)) == []
    goal = replace(GOAL, configuration_set="events", feedback_forwarding=False)
    assert ids(facts(), goal) == ["set-configuration-set", "set-feedback"]


def test_a_change_that_may_lose_something_is_not_safe() -> None:
    """Bounces that nobody hears of any more; a key whose records have to be found first."""
    goal = replace(GOAL, feedback_forwarding=False)
    found = changes(goal, facts(dkim=DkimFacts(key_length="RSA_1024_BIT")), ACCOUNT)
    assert {change.id: change.safe for change in found} == {"renew-dkim": False, "set-feedback": False}


def test_the_way_out_of_the_sandbox_is_prepared_and_left_to_a_person() -> None:
    """The request is their own word."""
    (change,) = changes(GOAL, facts(), Seen(value=SesAccountFacts(production=False)))
    assert (change.id, change.layer) == ("request-production", Layer.PERSON)
    assert any("https://sailing.example" in step for step in change.steps)
