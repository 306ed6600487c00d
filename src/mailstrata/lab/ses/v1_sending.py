"""SES v1: sending, the quota, the pause, and bounces for mail that SES received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.checking import quota_of
from mailstrata.lab.ses.composing import Letter, RenderingFailed, composed
from mailstrata.lab.ses.identities import covering
from mailstrata.lab.ses.state import Event
from mailstrata.lab.ses.submission import Submission, Submitted, refusal
from mailstrata.lab.ses.v2_templates import filled, found_template

_COUNTED = {"Send": "DeliveryAttempts", "Bounce": "Bounces", "Complaint": "Complaints", "Reject": "Rejects"}


async def send_raw_email(call: Call) -> Answer:
    """``SendRawEmail``: without ``Destinations`` the recipients are those in the header."""
    raw = call["RawMessage"]["Data"]
    recipients = call.get("Destinations") or Submitted.of(raw).addresses("to", "cc", "bcc")
    return {"MessageId": call.send(_submission(call, raw, recipients, operation="SendRawEmail")).id}


async def send_email(call: Call) -> Answer:
    """``SendEmail``."""
    message = call["Message"]
    parts = {name: message["Body"][name]["Data"] for name in ("Text", "Html") if name in message["Body"]}
    return _send_parts(call, {"Subject": message["Subject"]["Data"], **parts}, operation="SendEmail")


async def send_templated_email(call: Call) -> Answer:
    """``SendTemplatedEmail``."""
    try:
        template = found_template(call.region, call["Template"])
        parts = filled(template["content"], call["TemplateData"])
    except AwsError as error:
        raise refusal("template-absent", error.message, via="v1") from error
    except RenderingFailed as error:
        raise AwsError("InvalidTemplateData", str(error)) from error
    return _send_parts(call, parts, operation="SendTemplatedEmail")


async def send_bounce(call: Call) -> Answer:
    """``SendBounce``: accepted from a verified sender; the lab keeps no received original to bounce."""
    sender = call["BounceSender"]
    if covering(call.region, parseaddr(sender)[1]) is None:
        where = f"The following identities failed the check in region {call.region.name.upper()}: {sender}"
        raise AwsError("MessageRejected", f"Email address is not verified. {where}")
    return {"MessageId": call.around.ids.message_id()}


async def get_send_quota(call: Call) -> Answer:
    """``GetSendQuota``."""
    daily, rate = quota_of(call.region)
    sent = call.region.tally.since(call.now - timedelta(hours=24))
    return {"Max24HourSend": daily, "MaxSendRate": rate, "SentLast24Hours": sent}


async def get_send_statistics(call: Call) -> Answer:
    """``GetSendStatistics``: quarter hours."""
    points: dict[datetime, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTED.values(), 0))
    for event in call.region.events:
        if event.kind in _COUNTED:
            points[_quarter(event)][_COUNTED[event.kind]] += 1
    return {"SendDataPoints": [{"Timestamp": at, **points[at]} for at in sorted(points)]}


async def get_sending_enabled(call: Call) -> Answer:
    """``GetAccountSendingEnabled``."""
    return {"Enabled": call.region.sending_enabled}


async def update_sending_enabled(call: Call) -> Answer:
    """``UpdateAccountSendingEnabled``."""
    call.region.sending_enabled = bool(call.get("Enabled", False))
    return {}


def _quarter(event: Event) -> datetime:
    return event.at.replace(minute=event.at.minute // 15 * 15, second=0, microsecond=0)


def _send_parts(call: Call, parts: Mapping[str, str], *, operation: str) -> Answer:
    destination = call["Destination"]
    letter = Letter(
        sender=call["Source"],
        to=destination.get("ToAddresses", ()),
        cc=destination.get("CcAddresses", ()),
        reply_to=call.get("ReplyToAddresses", ()),
        subject=parts.get("Subject", ""),
        text=parts.get("Text"),
        html=parts.get("Html"),
    )
    try:
        raw = composed(letter)
    except ValueError as error:
        raise AwsError("InvalidParameterValue", f"The message cannot be composed: {error}") from error
    members = ("ToAddresses", "CcAddresses", "BccAddresses")
    recipients = [address for member in members for address in destination.get(member, ())]
    return {"MessageId": call.send(_submission(call, raw, recipients, operation=operation)).id}


def _submission(call: Call, raw: bytes, recipients: Any, *, operation: str) -> Submission:
    tags = tuple((tag["Name"], tag["Value"]) for tag in call.get("Tags", ()))
    return Submission(
        raw=raw,
        mail_from=parseaddr(call.get("Source", ""))[1] or None,
        recipients=tuple(parseaddr(address)[1] for address in recipients),
        via="v1",
        operation=operation,
        principal=call.request.principal,
        source_ip=call.request.source_ip,
        configuration_set=call.get("ConfigurationSetName", ""),
        tags=tags,
        feedback_to=parseaddr(call.get("ReturnPath", ""))[1],
    )


OPERATIONS: dict[str, Handler] = {
    "GetAccountSendingEnabled": get_sending_enabled,
    "GetSendQuota": get_send_quota,
    "GetSendStatistics": get_send_statistics,
    "SendBounce": send_bounce,
    "SendEmail": send_email,
    "SendRawEmail": send_raw_email,
    "SendTemplatedEmail": send_templated_email,
    "UpdateAccountSendingEnabled": update_sending_enabled,
}
