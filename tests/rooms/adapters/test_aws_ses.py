"""SES's control plane, asked and changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_ses import SesAnswers, SesChanges, spellings
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import IdentityFacts, MailFromFacts, SendFacts, SuppressionFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import (
    ApiSend,
    EventRecording,
    MailboxExists,
    MessageEvents,
    Question,
    SesAccount,
    SesIdentity,
    Suppression,
)
from mailstrata.model.setup import Network

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Reply, Script, ScriptedAws

    AwsTo = Callable[..., Aws]

REGION = "us-east-1"
WHEN = datetime(2026, 5, 2, 9, 30, tzinfo=UTC)
ACCOUNT: dict[str, Any] = {
    "ProductionAccessEnabled": False,
    "SendingEnabled": True,
    "EnforcementStatus": "PROBATION",
    "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 12.0},
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE"]},
    "VdmAttributes": {"VdmEnabled": "ENABLED"},
}
IDENTITY: dict[str, Any] = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "VerificationStatus": "SUCCESS",
    "VerificationInfo": {"LastCheckedTimestamp": WHEN.timestamp(), "ErrorType": "HOST_NOT_FOUND"},
    "DkimAttributes": {
        "SigningEnabled": False,
        "Status": "PENDING",
        "Tokens": ["a", "b", "c"],
        "SigningHostedZone": "dkim.eu-south-1.amazonses.com",
        "SigningAttributesOrigin": "AWS_SES",
    },
    "MailFromAttributes": {
        "MailFromDomain": "bounce.sailing.example",
        "MailFromDomainStatus": "FAILED",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    },
    "ConfigurationSetName": "main",
    "FeedbackForwardingStatus": False,
}
EVENTS = [
    {
        "Timestamp": WHEN.timestamp() + 60,
        "Type": "BOUNCE",
        "Details": {
            "Bounce": {"BounceType": "PERMANENT", "BounceSubType": "General", "DiagnosticCode": "smtp; 550 5.7.1 no"}
        },
    },
    {"Timestamp": WHEN.timestamp(), "Type": "SEND"},
]


def _ask(aws: Aws, question: Question[Any], *, probe: bool = False) -> Observation[Any]:
    world = World(answerers=SesAnswers(aws, Network(probe_sends=probe)).answerers())
    return asyncio.run(world.ask(question))


def test_the_account_in_the_words_of_aws(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Sandbox, probation, quotas, reasons and VDM are read."""
    scripted.script["GET /v2/email/account"] = script.reply(ACCOUNT)
    seen = _ask(aws_to(scripted.url), SesAccount(region=REGION))
    assert isinstance(seen, Seen)
    facts = seen.value
    assert (facts.production, facts.sending, facts.enforcement) == (False, True, "PROBATION")
    assert (facts.max_24_hours, facts.max_rate, facts.sent_24_hours) == (200.0, 1.0, 12.0)
    assert (facts.suppressed_reasons, facts.vdm) == (("BOUNCE",), True)


@pytest.mark.parametrize("key", ["ProductionAccessEnabled", "SendingEnabled", "EnforcementStatus", "SendQuota"])
def test_an_account_that_lacks_a_word_is_unknown(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, key: str
) -> None:
    """What is not said is not "no": else a cut-off answer would put the account into the sandbox."""
    scripted.script["*"] = script.reply({name: value for name, value in ACCOUNT.items() if name != key})
    assert isinstance(_ask(aws_to(scripted.url), SesAccount(region=REGION)), Unknown)


def test_an_identity_in_the_words_of_aws(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Verification, DKIM and MAIL FROM are read."""
    scripted.script["GET /v2/email/identities/sailing.example"] = script.reply(IDENTITY)
    seen = _ask(aws_to(scripted.url), SesIdentity(region=REGION, name="sailing.example"))
    assert isinstance(seen, Seen)
    facts: IdentityFacts = seen.value
    assert (facts.kind, facts.verified, facts.status, facts.error) == ("DOMAIN", True, "SUCCESS", "HOST_NOT_FOUND")
    assert facts.last_checked == WHEN
    assert (facts.dkim.signing, facts.dkim.status, facts.dkim.tokens) == (False, "PENDING", ("a", "b", "c"))
    assert facts.dkim.zone == "dkim.eu-south-1.amazonses.com"
    assert facts.mail_from == MailFromFacts(
        domain="bounce.sailing.example", status="FAILED", on_failure="REJECT_MESSAGE"
    )
    assert (facts.configuration_set, facts.feedback_forwarding) == ("main", False)


def test_an_identity_without_a_mail_from_has_none(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """SES sends only the behaviour then."""
    told = IDENTITY | {"MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}}
    scripted.script["*"] = script.reply(told)
    seen = _ask(aws_to(scripted.url), SesIdentity(region=REGION, name="sailing.example"))
    assert isinstance(seen, Seen)
    assert seen.value.mail_from is None


def test_a_suppressed_address_with_the_mail_that_caused_it(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """Reason, date and message id are read."""
    scripted.script["GET /v2/email/suppression/addresses/peter@dock.example"] = _entry(script)
    seen = _ask(aws_to(scripted.url), Suppression(region=REGION, address="peter@dock.example"))
    assert isinstance(seen, Seen)
    assert seen.value == SuppressionFacts(reason="BOUNCE", updated=WHEN, message_id="0100-1")


def test_both_spellings_of_an_address_are_asked(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The list keeps the local part as it is, and sending finds it without regard to case."""
    scripted.script["*"] = script.error("NotFoundException", "does not exist", 404)
    scripted.script["GET /v2/email/suppression/addresses/peter@dock.example"] = _entry(script)
    seen = _ask(aws_to(scripted.url), Suppression(region=REGION, address="Peter@dock.example"))
    assert isinstance(seen, Seen)


def test_an_address_is_absent_only_when_no_spelling_is_listed(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """And Unknown when the second could not be asked."""
    scripted.script["*"] = script.error("NotFoundException", "does not exist", 404)
    question = Suppression(region=REGION, address="Peter@dock.example")
    assert isinstance(_ask(aws_to(scripted.url), question), Absent)
    denied = script.error("AccessDeniedException", "no", 403)
    scripted.script["GET /v2/email/suppression/addresses/peter@dock.example"] = denied
    assert isinstance(_ask(aws_to(scripted.url), question), Unknown)


def test_spellings_are_told_once() -> None:
    """An address in lower case has one."""
    assert spellings("peter@dock.example") == ("peter@dock.example",)


def test_events_come_in_the_order_of_time_and_in_the_words_of_events(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """The insights API writes kinds and types in capitals; events and everything here do not."""
    insights = [{"Destination": "peter@dock.example", "Isp": "x", "Events": EVENTS}]
    tags = [{"Name": "ses:caller-identity", "Value": "relay"}, {"Name": "ses:source-ip", "Value": "192.0.2.1"}]
    scripted.script["*"] = script.reply({"MessageId": "0100-1", "EmailTags": tags, "Insights": insights})
    seen = _ask(aws_to(scripted.url), MessageEvents(region=REGION, message_id="0100-1"))
    assert isinstance(seen, Seen)
    assert {(event.caller, event.source_ip) for event in seen.value} == {("relay", "192.0.2.1")}
    assert [event.kind for event in seen.value] == ["Send", "Bounce"]
    assert seen.value[1].subtype == "Permanent/General"
    assert seen.value[1].diagnostic == "smtp; 550 5.7.1 no"
    assert seen.value[1].recipient == "peter@dock.example"


def test_a_message_of_which_no_events_were_kept_has_no_record(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """Nobody wrote them down: absent is the record, which is not "nothing happened"."""
    scripted.script["*"] = script.error("NotFoundException", "no insights", 404)
    seen = _ask(aws_to(scripted.url), MessageEvents(region=REGION, message_id="0100-1"))
    assert isinstance(seen, Absent)
    assert seen.how == "NotFoundException"


def test_only_enabled_destinations_record(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Name and kinds of each."""
    destinations = [
        {"Name": "on", "Enabled": True, "MatchingEventTypes": ["BOUNCE", "SEND"]},
        {"Name": "off", "Enabled": False, "MatchingEventTypes": ["DELIVERY"]},
    ]
    path = "GET /v2/email/configuration-sets/main/event-destinations"
    scripted.script[path] = script.reply({"EventDestinations": destinations})
    seen = _ask(aws_to(scripted.url), EventRecording(region=REGION, configuration_set="main"))
    assert isinstance(seen, Seen)
    assert seen.value.destinations == (("on", ("BOUNCE", "SEND")),)


def test_no_configuration_set_records_nothing(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """An identity that names none is not looked up: the path without a name would be that of another call."""
    seen = _ask(aws_to(scripted.url), EventRecording(region=REGION, configuration_set=""))
    assert seen == Absent(how="no configuration set is named")
    assert scripted.asked == []


def test_the_estimate_of_a_mailbox(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """SES's verdict is one of three words."""
    told = {"MailboxValidation": {"Evaluations": {"MailboxExists": {"ConfidenceVerdict": "HIGH"}}}}
    scripted.script["POST /v2/email/email-address-insights/"] = script.reply(told)
    seen = _ask(aws_to(scripted.url), MailboxExists(region=REGION, address="peter@dock.example"))
    assert isinstance(seen, Seen)
    assert seen.value == "HIGH"


def test_a_test_message_is_sent_only_where_it_is_allowed(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Without the operator's word nothing is sent and the answer is Unknown."""
    scripted.script["POST /v2/email/outbound-emails"] = script.reply({"MessageId": "0100-2"})
    question = ApiSend(region=REGION, sender="admin@sailing.example")
    aws = aws_to(scripted.url)
    assert isinstance(_ask(aws, question), Unknown)
    assert scripted.asked == []
    seen = _ask(aws, question, probe=True)
    assert isinstance(seen, Seen)
    assert seen.value == SendFacts(accepted=True, answer="250 Ok 0100-2")
    assert scripted.asked[0].fields["Destination"] == {"ToAddresses": ["success@simulator.amazonses.com"]}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("MessageRejected", "Email address is not verified."),
        ("SendingPausedException", "paused"),
        ("ThrottlingException", "Daily message quota exceeded"),
    ],
)
def test_a_verdict_of_ses_on_the_test_message_is_an_answer(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, *, code: str, message: str
) -> None:
    """In SES's own words, and not tried again."""
    scripted.script["*"] = script.error(code, message)
    seen = _ask(aws_to(scripted.url), ApiSend(region=REGION, sender="admin@sailing.example"), probe=True)
    assert isinstance(seen, Seen)
    assert seen.value == SendFacts(accepted=False, answer=f"{code}: {message}")
    assert len(scripted.asked) == 1


def test_our_own_missing_permission_is_no_verdict(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """That we may not send says nothing about the alias."""
    scripted.script["*"] = script.error("AccessDeniedException", "no", 403)
    seen = _ask(aws_to(scripted.url), ApiSend(region=REGION, sender="admin@sailing.example"), probe=True)
    assert isinstance(seen, Unknown)
    assert seen.needs == "the permission ses:SendEmail"


def test_an_entry_is_removed_in_each_of_its_spellings(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """One that is not there is no error."""
    scripted.script["*"] = script.error("NotFoundException", "does not exist", 404)
    scripted.script["DELETE /v2/email/suppression/addresses/peter@dock.example"] = script.reply({})
    asyncio.run(SesChanges(aws_to(scripted.url)).remove_suppression(REGION, "Peter@dock.example"))
    assert scripted.names() == [
        "DELETE /v2/email/suppression/addresses/Peter@dock.example",
        "DELETE /v2/email/suppression/addresses/peter@dock.example",
    ]


def test_an_entry_that_may_not_be_removed_is_a_refusal(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The permission that is missing is its hint."""
    scripted.script["*"] = script.error("AccessDeniedException", "no", 403)
    with pytest.raises(Refusal) as raised:
        asyncio.run(SesChanges(aws_to(scripted.url)).remove_suppression(REGION, "peter@dock.example"))
    assert raised.value.hint == "the permission ses:DeleteSuppressedDestination"


def test_an_entry_is_put_back_and_dkim_turned_on(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The undo of a removal, and the fix of ``dkim-disabled``."""
    scripted.script["*"] = script.reply({})
    changes = SesChanges(aws_to(scripted.url))
    entry = SuppressionFacts(reason="COMPLAINT", updated=WHEN)
    asyncio.run(changes.restore_suppression(REGION, "peter@dock.example", entry))
    asyncio.run(changes.enable_dkim(REGION, "sailing.example"))
    assert [(asked.name, dict(asked.fields)) for asked in scripted.asked] == [
        ("PUT /v2/email/suppression/addresses", {"EmailAddress": "peter@dock.example", "Reason": "COMPLAINT"}),
        ("PUT /v2/email/identities/sailing.example/dkim", {"SigningEnabled": True}),
    ]


def test_the_reasons_of_the_own_list_are_set_as_a_whole(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """SES takes the list of reasons in place of the one before."""
    scripted.script["*"] = script.reply({})
    asyncio.run(SesChanges(aws_to(scripted.url)).suppress_for(REGION, ("BOUNCE", "COMPLAINT")))
    assert [(asked.name, dict(asked.fields)) for asked in scripted.asked] == [
        ("PUT /v2/email/account/suppression", {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]})
    ]


def _entry(script: Script) -> Reply:
    entry = {
        "EmailAddress": "peter@dock.example",
        "Reason": "BOUNCE",
        "LastUpdateTime": WHEN.timestamp(),
        "Attributes": {"MessageId": "0100-1", "FeedbackId": "f"},
    }
    return script.reply({"SuppressedDestination": entry})
