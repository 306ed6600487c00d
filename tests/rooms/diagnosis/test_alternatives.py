"""The other ways, computed from the domain's own records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.diagnosis.alternatives import alternatives, broken, wanted
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import world
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Role, Stratum
from mailstrata.model.question import Mx, Txt
from mailstrata.model.setup import Alias, Setup

HOST = "email-smtp.us-east-1.amazonaws.com"
ALIAS = Alias(address="admin@sailing.example", host=HOST, username="AKIAEXAMPLE")
CASE = Case(
    setup=Setup(domain="sailing.example", region="us-east-1", aliases=(ALIAS,)), at=datetime(2026, 5, 12, tzinfo=UTC)
)
IDENTITY = "identity us-east-1 sailing.example = {}\n"


def told(*lines: str) -> dict[str, str]:
    """Each way with all that is told of it."""
    found = alternatives(CASE, Evidence(world.parse("\n".join(lines), "test").facts))
    return {one.id: " | ".join(one.tells) for one in found}


@pytest.mark.parametrize(
    ("record", "fate"),
    [
        ("v=DMARC1; p=none", "delivered, unproven"),
        ("v=DMARC1; p=quarantine", "goes to spam"),
        ("v=DMARC1; p=reject", "is refused"),
    ],
)
def test_what_becomes_of_gmails_own_mail_is_the_domains_policy(record: str, fate: str) -> None:
    """smtp.gmail.com aligns in nothing (facts.md C1); what then happens the domain itself has asked for."""
    ways = told(IDENTITY, f"txt _dmarc.sailing.example = {record}")
    assert "DMARC fails" in ways["use-gmail-app-password"]
    assert fate in ways["use-gmail-app-password"]


def test_what_leaves_from_the_same_gmail_account_is_no_way_out_of_its_limit() -> None:
    """It is counted together; another server or mailbox is not."""
    limit = Finding(
        code="gmail-limit-reached",
        stratum=Stratum.RELAY,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject="skipper@gmail.example",
        title="no more today",
    )
    found = alternatives(CASE, Evidence({}), (limit,))
    assert [way.id for way in found] == ["use-mailbox-provider", "send-by-api"]


def test_a_way_whose_mail_is_punished_comes_behind_the_mailbox() -> None:
    """The ranking, too, follows from the policy."""
    order = list(told("txt _dmarc.sailing.example = v=DMARC1; p=reject"))
    assert order.index("use-mailbox-provider") < order.index("use-gmail-app-password")
    order = list(told("txt _dmarc.sailing.example -"))
    assert order.index("use-gmail-app-password") < order.index("use-mailbox-provider")
    assert order[0] == "use-console-credentials"


def test_a_relay_of_ones_own_sends_by_the_api_and_aligns_as_that_does() -> None:
    """What SPF, DKIM and DMARC say of it is what they say of the API; Gmail still sends, so its limit holds."""
    ways = told('identity us-east-1 sailing.example = {"mail_from": {"domain": "bounce.sailing.example"}}')
    assert ways["use-own-relay"] == ways["send-by-api"]
    assert list(ways).index("use-own-relay") < list(ways).index("use-gmail-app-password")


def test_ses_credentials_of_any_kind_align_as_the_identity_does() -> None:
    """The identity signs, whoever logs in."""
    mail_from = 'identity us-east-1 sailing.example = {"mail_from": {"domain": "bounce.sailing.example"}}'
    assert (
        "DKIM signs as sailing.example; SPF by bounce.sailing.example; DMARC passes"
        in (told(mail_from)["use-console-credentials"])
    )
    assert "SPF by amazonses.com, which does not align" in told(IDENTITY)["send-by-api"]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("txt sailing.example = v=spf1 include:_spf.google.com ~all", "lists Google's servers already"),
        ("txt sailing.example = v=spf1 include:amazonses.com ~all", "does not list Google's servers"),
        ("txt sailing.example -", "does not list Google's servers"),
        ("txt sailing.example ? timed out", "could not be seen"),
    ],
)
def test_a_mailbox_elsewhere_needs_its_servers_in_spf(record: str, said: str) -> None:
    """Read from the domain's own record."""
    assert said in told(IDENTITY, record)["use-mailbox-provider"]


def test_what_a_moved_mx_ends_is_named() -> None:
    """Receiving through SES ends with it (facts.md G6)."""
    mx = "mx sailing.example = 10 inbound-smtp.us-east-1.amazonaws.com"
    assert "away from inbound-smtp.us-east-1.amazonaws.com" in told(mx)["use-mailbox-provider"]
    assert "none of now" in told("mx sailing.example -")["use-mailbox-provider"]


def test_what_was_not_seen_is_not_guessed() -> None:
    """Blindness is said."""
    ways = told("identity us-east-1 sailing.example ? denied", "txt _dmarc.sailing.example ? timed out")
    assert "could not be seen" in ways["use-console-credentials"]
    assert "the policy could not be seen" in ways["use-gmail-app-password"]


@pytest.mark.parametrize(
    ("stratum", "gravity", "role", "is_broken"),
    [
        (Stratum.RELAY, Gravity.FAULT, Role.PRIMARY, True),
        (Stratum.RELAY, Gravity.FAULT, Role.SIDE, False),
        (Stratum.RELAY, Gravity.WARNING, Role.PRIMARY, False),
        (Stratum.ACCOUNT, Gravity.FAULT, Role.PRIMARY, False),
    ],
)
def test_other_ways_are_for_a_broken_relay_only(
    stratum: Stratum, gravity: Gravity, role: Role, *, is_broken: bool
) -> None:
    """Elsewhere another way to log in mends nothing; then nothing is asked either."""
    finding = Finding(
        code="some-code",
        stratum=stratum,
        gravity=gravity,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject="it",
        title="it is so",
        role=role,
    )
    assert broken([finding]) is is_broken
    asked = (Txt("sailing.example"), Mx("sailing.example")) if is_broken else ()
    assert wanted(CASE, [finding]) == asked
