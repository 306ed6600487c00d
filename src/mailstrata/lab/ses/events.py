"""SES's events in its two JSON dialects.

    as_event(region, message, event)            # {"eventType": "Bounce", "bounce": {…}, "mail": {… "tags": {…}}}
    as_notification(region, message, event)      # {"notificationType": "Bounce", …, no tags, "sourceIp", "callerIdentity"}

The first goes to a configuration set's destinations, the second to the SNS topics of an identity (facts.md B7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

from mailstrata.lab.ses.state import Event, SentMessage, SesRegion

MEMBER = {
    "Send": "send",
    "Reject": "reject",
    "Bounce": "bounce",
    "Complaint": "complaint",
    "Delivery": "delivery",
    "DeliveryDelay": "deliveryDelay",
    "Rendering Failure": "failure",
}
"""The member that carries a kind's own facts."""

MATCHING = {
    "Send": "SEND",
    "Reject": "REJECT",
    "Bounce": "BOUNCE",
    "Complaint": "COMPLAINT",
    "Delivery": "DELIVERY",
    "DeliveryDelay": "DELIVERY_DELAY",
    "Rendering Failure": "RENDERING_FAILURE",
}
"""A kind's name in ``MatchingEventTypes``."""

DETAIL_TYPE = {
    "Send": "Email Sent",
    "Reject": "Email Rejected",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
    "Delivery": "Email Delivered",
    "DeliveryDelay": "Email Delivery Delayed",
    "Rendering Failure": "Email Rendering Failed",
}
"""A kind's detail type on EventBridge."""

HEADER_LIMIT = 10_240
"""Headers beyond these bytes are left out of events (facts.md B9)."""


def stamp(moment: datetime) -> str:
    """A moment as events write it: ``2026-05-12T18:43:00.000Z``."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def reporting_mta(region: str, number: int) -> str:
    """The name of an SES outgoing host (facts.md B7)."""
    name = f"a{number % 90 + 8}-{number % 240 + 1}.smtp-out"
    return f"{name}.amazonses.com" if region == "us-east-1" else f"{name}.{region}.amazonses.com"


def bounce_body(
    kind: str, subtype: str, recipients: Sequence[Mapping[str, str]], more: Mapping[str, str]
) -> dict[str, Any]:
    """The ``bounce`` member; ``more`` is timestamp, feedbackId and reportingMTA."""
    return {
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": [dict(one) for one in recipients],
        **more,
    }


def as_event(region: SesRegion, message: SentMessage, event: Event) -> dict[str, Any]:
    """The dialect of configuration sets."""
    return {
        "eventType": event.kind,
        MEMBER[event.kind]: dict(event.body),
        "mail": {**_mail(region, message), **_headers(message), "tags": message.tags},
    }


def as_notification(region: SesRegion, message: SentMessage, event: Event, *, headers: bool) -> dict[str, Any]:
    """The dialect of identity notifications; ``headers`` when the identity includes the original headers."""
    mail = _mail(region, message) | {"sourceIp": message.source_ip, "callerIdentity": message.caller}
    if headers:
        mail |= _headers(message)
    return {"notificationType": event.kind, MEMBER[event.kind]: dict(event.body), "mail": mail}


def _mail(region: SesRegion, message: SentMessage) -> dict[str, Any]:
    return {
        "timestamp": stamp(message.at),
        "source": message.source,
        "sourceArn": region.arn("identity", message.identity),
        "sendingAccountId": region.account,
        "messageId": message.id,
        "destination": list(message.recipients),
    }


def _headers(message: SentMessage) -> dict[str, Any]:
    kept: list[dict[str, str]] = []
    size = 0
    for name, value in message.headers:
        size += len(name) + len(value)
        if size > HEADER_LIMIT:
            break
        kept.append({"name": name, "value": value})
    return {
        "headersTruncated": len(kept) < len(message.headers),
        "headers": kept,
        "commonHeaders": _common(message),
    }


def _common(message: SentMessage) -> dict[str, Any]:
    common: dict[str, Any] = {}
    for name, member in (("Return-Path", "returnPath"), ("From", "from"), ("Date", "date"), ("To", "to"), ("Cc", "cc")):
        value = message.header(name)
        if value is not None:
            common[member] = _list(value) if member in {"from", "to", "cc"} else value
    common["messageId"] = message.id
    subject = message.header("Subject")
    return common if subject is None else common | {"subject": subject}


def _list(value: str) -> list[str]:
    return [f"{name} <{address}>" if name else address for name, address in getaddresses([value])]
