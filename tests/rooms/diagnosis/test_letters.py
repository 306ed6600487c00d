"""Letters to whoever else must act: the evidence that an administrator needs, and nothing else of the mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.letters import MOST_MAILS, letters
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.diagnosis import Attributed
from mailstrata.model.facts import DkimFacts, IdentityFacts, MailFromFacts, MxHost, SuppressionFacts
from mailstrata.model.finding import Confidence, Finding, Gravity, Letter, Owner, Stratum
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.model.question import Mx, Question, SesIdentity, Suppression, Txt
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Setup

AT = datetime(2026, 5, 12, 18, 2, tzinfo=UTC)
REFUSAL = "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"
SEND = Attempt(
    id="attempt-1",
    sender="admin@sailing.example",
    recipient="crew@dock.example",
    via=Via.SES_API,
    at=AT,
    outcome=Outcome.BOUNCED,
    message_id="0100-aa",
    header_message_id="own@app.sailing.example",
    subject="Quarterly salaries",
    reply=Reply.parse(REFUSAL),
    diagnostic=REFUSAL,
    reporting_mta="a8-50.smtp-out.amazonses.com",
    remote_mta="dock-example.mail.protection.outlook.com",
)
FINDING = Finding(
    code="recipient-refuses-policy",
    stratum=Stratum.RECIPIENT,
    gravity=Gravity.FAULT,
    confidence=Confidence.PROVEN,
    owner=Owner.RECIPIENT,
    subject="crew@dock.example",
    title="closed",
    explains=("attempt-1",),
    fixes=("ask-recipient-admin",),
    target=(("address", "crew@dock.example"),),
)
FACTS: dict[Question[Any], Observation[Any]] = {
    SesIdentity("us-east-1", "sailing.example"): Seen(
        value=IdentityFacts(dkim=DkimFacts(), mail_from=MailFromFacts(domain="bounce.sailing.example"))
    ),
    Txt("_dmarc.sailing.example"): Seen(value=("v=DMARC1; p=quarantine",)),
    Mx("dock.example"): Seen(value=(MxHost(preference=0, host="dock-example.mail.protection.outlook.com."),)),
}


def _letters(
    finding: Finding, *sends: Attempt, facts: dict[Question[Any], Observation[Any]] = FACTS
) -> tuple[Letter, ...]:
    case = Case(setup=Setup(domain="sailing.example", region="us-east-1"), attempts=sends, at=AT)
    return letters(case, Evidence(facts), (finding,), tuple(Attributed(attempt=send) for send in sends))


def _text(finding: Finding, *sends: Attempt, **more: Any) -> str:
    (letter,) = _letters(finding, *sends, **more)
    return letter.text


@pytest.mark.parametrize(
    "words",
    [
        "2026-05-12 18:02:00 UTC",
        "admin@sailing.example",
        "crew@dock.example",
        "Amazon SES, a8-50.smtp-out.amazonses.com",
        "dock-example.mail.protection.outlook.com",
        "<0100-aa@email.amazonses.com>",
        REFUSAL,
        "signed by SES as d=sailing.example",
        "return path is of bounce.sailing.example",
        "_dmarc.sailing.example asks for p=quarantine",
        "Please let mail from sailing.example to crew@dock.example in",
    ],
)
def test_a_letter_holds_what_an_administrator_looks_a_mail_up_by(words: str) -> None:
    """Time, servers, the Message-ID that arrives, the answer word for word, authentication, and what is asked for."""
    assert words in _text(FINDING, SEND)


def test_a_letter_tells_whom_it_is_for_and_of_what_it_speaks() -> None:
    """So that it can be sent without being read again."""
    (letter,) = _letters(FINDING, SEND)
    assert (letter.fix, letter.code) == ("ask-recipient-admin", "recipient-refuses-policy")
    assert letter.to == "the administrator of mail for dock.example"
    assert letter.subject == "Mail from sailing.example to crew@dock.example does not arrive"


def test_a_letter_holds_nothing_of_the_mail_but_its_envelope() -> None:
    """Its subject and its notice are nobody else's business."""
    private = replace(SEND, context="Dear crew, the salaries are …")
    assert "alaries" not in _text(FINDING, private)


def test_in_other_regions_ses_writes_the_region_into_the_message_id() -> None:
    """facts.md A2."""
    case = Case(setup=Setup(domain="sailing.example", region="eu-west-1"), attempts=(SEND,), at=AT)
    (letter,) = letters(case, Evidence(FACTS), (FINDING,), (Attributed(attempt=SEND),))
    assert "<0100-aa@eu-west-1.amazonses.com>" in letter.text


def test_without_an_id_of_ses_the_senders_own_message_id_is_given() -> None:
    """Better than none."""
    assert "<own@app.sailing.example>" in _text(FINDING, replace(SEND, message_id=None))


@pytest.mark.parametrize(
    ("reporting", "remote", "sent_by", "theirs"),
    [
        (
            "a8-50.smtp-out.amazonses.com",
            "mx.dock.example",
            "Amazon SES, a8-50.smtp-out.amazonses.com",
            "mx.dock.example",
        ),
        ("EX1.namprd05.prod.outlook.com", "", "Amazon SES, us-east-1", "EX1.namprd05.prod.outlook.com"),
        ("googlemail.com", "mx.dock.example", "Google, googlemail.com", "mx.dock.example"),
        ("", "", "Amazon SES, us-east-1", "dock-example.mail.protection.outlook.com"),
    ],
)
def test_who_sent_and_who_refused_are_not_mixed_up(reporting: str, remote: str, sent_by: str, theirs: str) -> None:
    """An NDR that Exchange wrote names Exchange as the reporter (facts.md D1); without any name the MX stands in."""
    rows = _text(FINDING, replace(SEND, reporting_mta=reporting, remote_mta=remote)).splitlines()
    assert f"  Sent by      {sent_by}" in rows
    assert f"  Your server  {theirs}" in rows


def test_what_is_not_known_is_left_out() -> None:
    """A pasted text has no time, no server and no recipient, and nothing was looked up."""
    bare = replace(
        SEND, recipient="", at=None, message_id=None, header_message_id=None, remote_mta="", reporting_mta=""
    )
    text = _text(replace(FINDING, target=()), bare, facts={})
    assert REFUSAL in text
    assert [line for line in text.splitlines() if line.endswith((" ", "<>"))] == []
    assert "How our mail is authenticated" not in text


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (IdentityFacts(dkim=DkimFacts(signing=False)), "signed as d=amazonses.com only"),
        (IdentityFacts(dkim=DkimFacts(status="FAILED")), "signed as d=amazonses.com only"),
        (IdentityFacts(), "the return path is of amazonses.com"),
        (
            IdentityFacts(mail_from=MailFromFacts(domain="bounce.sailing.example", status="FAILED")),
            "the return path is of amazonses.com",
        ),
    ],
)
def test_authentication_is_told_as_it_is(identity: IdentityFacts, words: str) -> None:
    """A letter that claims what is not so is worth nothing."""
    facts = {**FACTS, SesIdentity("us-east-1", "sailing.example"): Seen(value=identity)}
    assert words in _text(FINDING, SEND, facts=facts)


def test_mails_that_ses_dropped_are_not_held_against_the_recipients_server() -> None:
    """It was never asked for those."""
    dropped = replace(SEND, id="attempt-2", message_id="0100-bb", outcome=Outcome.SUPPRESSED)
    text = _text(replace(FINDING, explains=("attempt-1", "attempt-2")), SEND, dropped)
    assert "0100-aa" in text
    assert "0100-bb" not in text


def test_a_letter_names_a_few_mails_only() -> None:
    """A hundred tell no more than five."""
    sends = [replace(SEND, id=f"attempt-{number}") for number in range(1, 101)]
    text = _text(replace(FINDING, explains=tuple(send.id for send in sends)), *sends)
    assert text.count("What happened") == MOST_MAILS


def test_a_forgotten_refusal_is_asked_for_by_the_entry_that_it_left() -> None:
    """Its date and the id of the mail are all that SES keeps."""
    entry = Suppression("us-east-1", "crew@dock.example")
    fact = SuppressionFacts(updated=datetime(2026, 3, 17, 8, 12, tzinfo=UTC), message_id="0100-old")
    finding = replace(
        FINDING,
        code="suppression-hides-cause",
        explains=(),
        fixes=("ask-for-ndr",),
        target=(("region", "us-east-1"), ("address", "crew@dock.example")),
    )
    text = _text(finding, facts={**FACTS, entry: Seen(value=fact)})
    assert "at the latest 2026-03-17 08:12 UTC" in text
    assert "<0100-old@email.amazonses.com>" in text
    assert "message trace" in text


def test_what_we_see_ourselves_is_told_beside_what_happened() -> None:
    """An MX without an address is nobody's word."""
    finding = replace(
        FINDING,
        code="recipient-mx-failing",
        because=("no MX host has an address: mail.dock.example",),
        target=(("domain", "dock.example"),),
    )
    assert "no MX host has an address: mail.dock.example" in _text(finding, SEND)


def test_a_shared_address_is_a_case_for_aws() -> None:
    """Only they can have it delisted."""
    finding = replace(FINDING, code="recipient-refuses-reputation", fixes=("send-again-later", "ask-aws-about-address"))
    (letter,) = _letters(finding, SEND)
    assert letter.to == "AWS Support, a case about Simple Email Service in us-east-1"
    assert REFUSAL in letter.text


def test_what_is_ours_to_mend_needs_no_letter() -> None:
    """Nobody is bothered with it."""
    assert _letters(replace(FINDING, fixes=("correct-sender",)), SEND) == ()


def test_the_domain_without_an_identity_says_nothing_of_authentication_by_ses() -> None:
    """Absent is not signed."""
    facts = {**FACTS, SesIdentity("us-east-1", "sailing.example"): Absent()}
    assert "DKIM" not in _text(FINDING, SEND, facts=facts)
