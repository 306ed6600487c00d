"""SES's answers, as boto3 gives them, read into facts.

    account_facts({"ProductionAccessEnabled": True, "SendingEnabled": True, "EnforcementStatus": "HEALTHY", ...})

What a fault could be concluded from must be there: a missing key raises ``KeyError``, and the answer becomes Unknown, so
that a truncated or foreign answer can never look like an account in the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mailstrata.adapters.aws import Answer
from mailstrata.model.facts import (
    DkimFacts,
    IdentityFacts,
    MailFromFacts,
    MessageEvent,
    RecordingFacts,
    SesAccountFacts,
    SuppressionFacts,
)

_KINDS = {
    "SEND": "Send",
    "DELIVERY": "Delivery",
    "BOUNCE": "Bounce",
    "COMPLAINT": "Complaint",
    "REJECT": "Reject",
    "DELIVERY_DELAY": "DeliveryDelay",
    "OPEN": "Open",
    "CLICK": "Click",
    "RENDERING_FAILURE": "Rendering Failure",
    "SUBSCRIPTION": "Subscription",
}
"""The API's words for event kinds, and those of the events themselves (facts.md B7)."""


def account_facts(answer: Answer) -> SesAccountFacts:
    """GetAccount (facts.md B1)."""
    quota = answer["SendQuota"]
    suppression = answer.get("SuppressionAttributes") or {}
    vdm = answer.get("VdmAttributes") or {}
    return SesAccountFacts(
        production=bool(answer["ProductionAccessEnabled"]),
        sending=bool(answer["SendingEnabled"]),
        enforcement=str(answer["EnforcementStatus"]),
        max_24_hours=float(quota["Max24HourSend"]),
        max_rate=float(quota["MaxSendRate"]),
        sent_24_hours=float(quota["SentLast24Hours"]),
        suppressed_reasons=tuple(suppression.get("SuppressedReasons") or ()),
        vdm=vdm.get("VdmEnabled") == "ENABLED",
    )


def identity_facts(answer: Answer) -> IdentityFacts:
    """GetEmailIdentity (facts.md B1)."""
    verified = bool(answer["VerifiedForSendingStatus"])
    checked = answer.get("VerificationInfo") or {}
    return IdentityFacts(
        kind=str(answer["IdentityType"]),
        verified=verified,
        status=str(answer["VerificationStatus"]),
        error=str(checked.get("ErrorType") or ""),
        last_checked=moment(checked["LastCheckedTimestamp"]) if checked.get("LastCheckedTimestamp") else None,
        dkim=_dkim(answer["DkimAttributes"]),
        mail_from=_mail_from(answer.get("MailFromAttributes") or {}),
        configuration_set=str(answer.get("ConfigurationSetName") or ""),
        feedback_forwarding=bool(answer.get("FeedbackForwardingStatus", True)),
    )


def suppression_facts(answer: Answer) -> SuppressionFacts:
    """GetSuppressedDestination (facts.md B5)."""
    entry = answer["SuppressedDestination"]
    return SuppressionFacts(
        reason=str(entry["Reason"]),
        updated=moment(entry["LastUpdateTime"]),
        message_id=str((entry.get("Attributes") or {}).get("MessageId") or ""),
    )


def events(answer: Answer) -> tuple[MessageEvent, ...]:
    """GetMessageInsights, in the order of time (facts.md B8)."""
    tags = {str(tag["Name"]): str(tag["Value"]) for tag in answer.get("EmailTags") or ()}
    return tuple(sorted(_events(answer["Insights"], tags), key=lambda event: event.at))


def recording(answer: Answer) -> RecordingFacts:
    """GetConfigurationSetEventDestinations: the enabled ones, with the kinds in the API's words."""
    return RecordingFacts(
        destinations=tuple(
            (str(destination["Name"]), tuple(destination["MatchingEventTypes"]))
            for destination in answer["EventDestinations"]
            if destination["Enabled"]
        )
    )


def moment(value: Any) -> datetime:
    """A time of boto3's in UTC; raises ``TypeError`` when it is none."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} is no time")
    return value.astimezone(UTC)


def _dkim(told: Answer) -> DkimFacts:
    return DkimFacts(
        signing=bool(told["SigningEnabled"]),
        status=str(told["Status"]),
        tokens=tuple(told.get("Tokens") or ()),
        zone=str(told.get("SigningHostedZone") or DkimFacts().zone),
        origin=str(told.get("SigningAttributesOrigin") or DkimFacts().origin),
        key_length=str(told.get("CurrentSigningKeyLength") or ""),
    )


def _mail_from(told: Answer) -> MailFromFacts | None:
    if not told.get("MailFromDomain"):
        return None
    return MailFromFacts(
        domain=str(told["MailFromDomain"]),
        status=str(told["MailFromDomainStatus"]),
        on_failure=str(told["BehaviorOnMxFailure"]),
    )


def _events(insights: Any, tags: Mapping[str, str]) -> Iterator[MessageEvent]:
    for insight in insights:
        for event in insight["Events"]:
            details = event.get("Details") or {}
            bounce, complaint = details.get("Bounce") or {}, details.get("Complaint") or {}
            yield MessageEvent(
                at=moment(event["Timestamp"]).replace(microsecond=0),
                kind=_KINDS.get(event["Type"], str(event["Type"])),
                recipient=str(insight["Destination"]),
                subtype=_subtype(bounce, complaint),
                diagnostic=str(bounce.get("DiagnosticCode") or ""),
                caller=tags.get("ses:caller-identity", ""),
                source_ip=tags.get("ses:source-ip", ""),
            )


def _subtype(bounce: Answer, complaint: Answer) -> str:
    """``Permanent/General``: the API writes the type in capitals, the events do not."""
    parts = (str(bounce.get("BounceType") or "").capitalize(), bounce.get("BounceSubType"))
    named = "/".join(str(part) for part in parts if part)
    return named or str(complaint.get("ComplaintSubType") or "")
