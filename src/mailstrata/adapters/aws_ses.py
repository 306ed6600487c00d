"""Asks SES's control plane (API v2): the account, its identities, its suppression list, its events.

    answers = SesAnswers(aws, network)
    await answers.identity(SesIdentity(region="us-east-1", name="sailing.example"))     # Seen(IdentityFacts(...)) or Absent

Everything is per region (facts.md B1, B2). One call answers one question, since calls are what is scarce: one a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.aws import Answer, Aws, refusal
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.adapters.aws_ses_facts import account_facts, events, identity_facts, recording, suppression_facts
from mailstrata.model.facts import (
    DkimFacts,
    IdentityFacts,
    MailFromFacts,
    MessageEvent,
    RecordingFacts,
    SendFacts,
    SesAccountFacts,
    SuppressionFacts,
)
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Observation, Unknown
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

SIMULATOR = "success@simulator.amazonses.com"
"""Accepts all mail, from the sandbox too, outside quota and reputation (facts.md B6)."""

_VERDICTS = frozenset(
    {
        "AccountSuspendedException",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "SendingPausedException",
    }
)
"""The errors of SendEmail by which SES judges the mail or the account (facts.md B1), and not the caller."""


class SesAnswers:
    """Answers the questions about SES."""

    def __init__(self, aws: Aws, network: Network) -> None:
        self._aws = aws
        self._may_send = network.probe_sends

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {
            SesAccount: self.account,
            SesIdentity: self.identity,
            Suppression: self.suppression,
            MessageEvents: self.events,
            EventRecording: self.recording,
            MailboxExists: self.mailbox,
            ApiSend: self.send,
        }

    async def account(self, question: SesAccount) -> Observation[SesAccountFacts]:
        """Sandbox, pause, enforcement and quotas, by GetAccount."""
        return await self._aws.ask(_call("GetAccount", question.region), account_facts)

    async def identity(self, question: SesIdentity) -> Observation[IdentityFacts]:
        """An identity by GetEmailIdentity; absent when the region has none of that name."""
        call = _call("GetEmailIdentity", question.region, EmailIdentity=question.name)
        return await self._aws.ask(call, identity_facts)

    async def suppression(self, question: Suppression) -> Observation[SuppressionFacts]:
        """The entry of an address; absent when neither of its spellings has one."""
        seen: Observation[SuppressionFacts] = Absent()
        for address in spellings(question.address):
            call = _call("GetSuppressedDestination", question.region, EmailAddress=address)
            seen = await self._aws.ask(call, suppression_facts)
            if not isinstance(seen, Absent):
                return seen
        return seen

    async def events(self, question: MessageEvents) -> Observation[tuple[MessageEvent, ...]]:
        """The events that the Virtual Deliverability Manager kept; absent is the record, not what it would tell of."""
        return await self._aws.ask(_call("GetMessageInsights", question.region, MessageId=question.message_id), events)

    async def recording(self, question: EventRecording) -> Observation[RecordingFacts]:
        """The enabled event destinations of a configuration set."""
        name = question.configuration_set
        if not name:
            return Absent(how="no configuration set is named")
        call = _call("GetConfigurationSetEventDestinations", question.region, ConfigurationSetName=name)
        return await self._aws.ask(call, recording)

    async def mailbox(self, question: MailboxExists) -> Observation[str]:
        """SES's estimate by GetEmailAddressInsights. Nothing is sent."""
        call = _call("GetEmailAddressInsights", question.region, EmailAddress=question.address)
        return await self._aws.ask(call, _verdict)

    async def send(self, question: ApiSend) -> Observation[SendFacts]:
        """Send a test message to the mailbox simulator by the API, if the operator allows test messages."""
        if not self._may_send:
            return Unknown(reason="test messages are not allowed by the setup", needs="probe_sends, which allows them")
        call = _call("SendEmail", question.region, **_test_message(question.sender))
        answer = await self._aws.reply(call)
        if not isinstance(answer, Failure):
            return self._aws.seen(answer, call, lambda it: SendFacts(accepted=True, answer=f"250 Ok {it['MessageId']}"))
        if _is_verdict(answer):
            words = f"{answer.code}: {answer.message}"
            return self._aws.seen(answer, call, lambda _: SendFacts(accepted=False, answer=words))
        return self._aws.unseen(answer)


class SesChanges:
    """``model.ports.SesControl``: the changes in SES that fixes make. Each raises ``Refusal`` (status 4) when it failed."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    async def remove_suppression(self, region: str, address: str) -> None:
        """Delete the entry of an address in each of its spellings; an absent entry is no error."""
        for spelling in spellings(address):
            call = _call("DeleteSuppressedDestination", region, EmailAddress=spelling)
            answer = await self._aws.reply(call)
            if isinstance(answer, Failure) and not isinstance(answer.observation, Absent):
                raise refusal(answer, call)

    async def restore_suppression(self, region: str, address: str, entry: SuppressionFacts) -> None:
        """Put an entry back. Its date becomes now, and the mail that caused it is no longer told."""
        await self._aws.do(_call("PutSuppressedDestination", region, EmailAddress=address, Reason=entry.reason))

    async def suppress_for(self, region: str, reasons: tuple[str, ...]) -> None:
        """Set the reasons of the account's own list."""
        await self._aws.do(_call("PutAccountSuppressionAttributes", region, SuppressedReasons=list(reasons)))

    async def enable_dkim(self, region: str, identity: str) -> None:
        """Turn DKIM signing on for an identity."""
        await self._aws.do(_call("PutEmailIdentityDkimAttributes", region, EmailIdentity=identity, SigningEnabled=True))

    async def disable_dkim(self, region: str, identity: str) -> None:
        """Turn DKIM signing off for an identity."""
        await self._aws.do(
            _call("PutEmailIdentityDkimAttributes", region, EmailIdentity=identity, SigningEnabled=False)
        )

    async def create_identity(self, region: str, identity: str, key_length: str) -> None:
        """Make a domain an identity with Easy DKIM, whose key has ``RSA_1024_BIT`` or ``RSA_2048_BIT``."""
        signing = {"NextSigningKeyLength": key_length}
        await self._aws.do(_call("CreateEmailIdentity", region, EmailIdentity=identity, DkimSigningAttributes=signing))

    async def delete_identity(self, region: str, identity: str) -> None:
        """Take an identity away; one that is not there is no error."""
        call = _call("DeleteEmailIdentity", region, EmailIdentity=identity)
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure) and not isinstance(answer.observation, Absent):
            raise refusal(answer, call)

    async def renew_dkim(self, region: str, identity: str, key_length: str) -> DkimFacts:
        """A new key pair of SES's own; the tokens may be new ones (facts.md B3)."""
        call = _call(
            "PutEmailIdentityDkimSigningAttributes",
            region,
            EmailIdentity=identity,
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": key_length},
        )
        answer = await self._aws.do(call)
        zone = str(answer.get("SigningHostedZone") or DkimFacts().zone)
        return DkimFacts(status=str(answer["DkimStatus"]), tokens=tuple(answer["DkimTokens"]), zone=zone)

    async def set_mail_from(self, region: str, identity: str, mail_from: MailFromFacts | None) -> None:
        """The custom MAIL FROM domain; SES looks for its records anew, also when it is the same."""
        call = _call(
            "PutEmailIdentityMailFromAttributes",
            region,
            EmailIdentity=identity,
            MailFromDomain=mail_from.domain if mail_from else "",
            BehaviorOnMxFailure=mail_from.on_failure if mail_from else "USE_DEFAULT_VALUE",
        )
        await self._aws.do(call)

    async def set_configuration_set(self, region: str, identity: str, name: str) -> None:
        """The default configuration set; SES takes it away when none is named."""
        named = {"ConfigurationSetName": name} if name else {}
        await self._aws.do(_call("PutEmailIdentityConfigurationSetAttributes", region, EmailIdentity=identity, **named))

    async def set_feedback(self, region: str, identity: str, *, forwarding: bool) -> None:
        """Feedback forwarding on or off."""
        params = {"EmailIdentity": identity, "EmailForwardingEnabled": forwarding}
        await self._aws.do(_call("PutEmailIdentityFeedbackAttributes", region, **params))


def spellings(address: str) -> tuple[str, ...]:
    """The address as it is, and in lower case.

    SES matches sends without regard to case, and the calls that manage the list with regard to it in the local part
    (facts.md B5).
    """
    return tuple(dict.fromkeys((address, address.lower())))


def _call(operation: str, region: str, **params: Any) -> Call:
    return Call(service="sesv2", operation=operation, region=region, params=params)


def _verdict(answer: Answer) -> str:
    return str(answer["MailboxValidation"]["Evaluations"]["MailboxExists"]["ConfidenceVerdict"])


def _is_verdict(failed: Failure) -> bool:
    return failed.code in _VERDICTS or "quota exceeded" in failed.message.lower()


def _test_message(sender: str) -> dict[str, Any]:
    subject = f"mailstrata tests sending as {domain_of(sender)}"
    body = "A test message of mailstrata to SES's mailbox simulator. Nobody reads it."
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [SIMULATOR]},
        "Content": {"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": body}}}},
    }
