from __future__ import annotations

import dataclasses

from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.diagnosis import paths
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias

REPLY = Reply(code=535, text="Authentication Credentials Invalid")
ALIAS = Attempt(
    id="attempt-1",
    sender="Admin@sailing.example",
    recipient="Peter@dock.example",
    via=Via.GMAIL_ALIAS,
    outcome=Outcome.REFUSED_AT_RELAY,
    reply=REPLY,
    diagnostic=str(REPLY),
)
API = dataclasses.replace(ALIAS, id="attempt-2", via=Via.SES_API, outcome=Outcome.UNKNOWN, reply=None, diagnostic="")
NEXT = Attempt(
    id="next-1", sender="admin@news.sailing.example", recipient="success@simulator.amazonses.com", via=Via.SES_SMTP
)
CASE = Case(setup=toml_setup(STANDARD_SETUP), attempts=(ALIAS, API), prospects=(NEXT,), at=AT)


def test_only_smtp_passes_the_login_of_an_alias() -> None:
    """The API needs none; addresses are compared without regard to case."""
    assert paths.ids(paths.through_login(CASE, CASE.setup.aliases[0])) == ("attempt-1",)


def test_sends_of_a_domain_and_below_it() -> None:
    """On whole labels."""
    assert paths.ids(paths.from_domain(CASE, "sailing.example")) == ("attempt-1", "attempt-2", "next-1")
    assert paths.ids(paths.from_domain(CASE, "news.sailing.example")) == ("next-1",)
    assert paths.from_domain(CASE, "ailing.example") == ()


def test_sends_to_an_address_and_to_a_domain() -> None:
    """The prospects too."""
    assert paths.ids(paths.to_address(CASE, "peter@DOCK.example")) == ("attempt-1", "attempt-2")
    assert paths.ids(paths.to_domain(CASE, paths.SIMULATOR)) == ("next-1",)


def test_refused_asks_for_outcome_code_and_words() -> None:
    """A refusal without a reply is none with a certain code."""
    silent = dataclasses.replace(ALIAS, id="attempt-3", reply=None, diagnostic="")
    sends = (ALIAS, API, silent)
    assert paths.ids(paths.refused(sends)) == ("attempt-1", "attempt-3")
    assert paths.ids(paths.refused(sends, codes={535})) == ("attempt-1",)
    assert paths.refused(sends, codes={554}) == ()
    assert paths.ids(paths.refused(sends, text="CREDENTIALS")) == ("attempt-1",)


def test_with_outcome_keeps_those_that_ended_so() -> None:
    """Several outcomes at once."""
    assert paths.with_outcome(CASE.attempts, Outcome.UNKNOWN, Outcome.BOUNCED) == (API,)


def test_recipients_are_each_named_once_and_the_simulator_is_none() -> None:
    """SES's own mailbox is no recipient whose server could be looked at."""
    assert paths.recipients(CASE) == ("Peter@dock.example",)
    assert paths.recipient_domains(CASE) == ("dock.example",)


def test_an_alias_without_host_and_username_makes_no_login() -> None:
    """Gmail sends it by itself."""
    empty = Alias(address="list@sailing.example", host="")
    setup = dataclasses.replace(CASE.setup, aliases=(*CASE.setup.aliases, empty))
    assert paths.login_aliases(dataclasses.replace(CASE, setup=setup)) == CASE.setup.aliases


def test_regions_in_use_are_the_setups_and_the_hosts() -> None:
    """Each once; a host that is none of SES's names no region."""
    other = Alias(address="a@sailing.example", host="email-smtp.us-east-2.amazonaws.com")
    own = Alias(address="b@sailing.example", host="mail.sailing.example")
    setup = dataclasses.replace(CASE.setup, aliases=(*CASE.setup.aliases, other, own))
    assert paths.regions(dataclasses.replace(CASE, setup=setup)) == ("us-east-1", "us-east-2")
