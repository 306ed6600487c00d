"""sesv2: ``SendEmail`` in its three forms (Simple, Raw, Template) and ``SendBulkEmail``.

Raw content is authorised as ``ses:SendRawEmail``, the rest as ``ses:SendEmail`` (facts.md A4). A template that lacks data is
accepted, and told of by a ``Rendering Failure`` event.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.composing import Letter, RenderingFailed, composed
from mailstrata.lab.ses.sending import accept
from mailstrata.lab.ses.submission import Submission, Submitted
from mailstrata.lab.ses.v2_templates import filled, found_template

_BULK_STATUS = (
    ("MessageRejected", "", "MESSAGE_REJECTED"),
    ("MailFromDomainNotVerifiedException", "", "MAIL_FROM_DOMAIN_NOT_VERIFIED"),
    ("SendingPausedException", "Sending paused for configuration set", "CONFIGURATION_SET_SENDING_PAUSED"),
    ("SendingPausedException", "", "ACCOUNT_SENDING_PAUSED"),
    ("ThrottlingException", "Daily", "ACCOUNT_DAILY_QUOTA_EXCEEDED"),
    ("ThrottlingException", "", "ACCOUNT_THROTTLED"),
    ("BadRequestException", "", "INVALID_PARAMETER"),
    ("NotFoundException", "Configuration set", "CONFIGURATION_SET_NOT_FOUND"),
    ("NotFoundException", "", "TEMPLATE_NOT_FOUND"),
)
"""What an error of a single message is called in the result of a bulk entry, by its code and the start of its text."""


async def send_email(call: Call) -> Answer:
    """``SendEmail``."""
    content = call["Content"]
    if "Raw" in content:
        return {"MessageId": call.send(_submission(call, content["Raw"]["Data"], operation="SendRawEmail")).id}
    destination = call.get("Destination", {})
    if "Simple" in content:
        raw = _composed(_simple(call, content["Simple"], destination))
        return {"MessageId": call.send(_submission(call, raw, operation="SendEmail")).id}
    if "Template" in content:
        return {"MessageId": await _send_template(call, content["Template"], destination, call.get("EmailTags", ()))}
    raise AwsError("BadRequestException", "Content must have one of Simple, Raw and Template.")


async def send_bulk_email(call: Call) -> Answer:
    """``SendBulkEmail``: one result for each entry, in order."""
    template = call["DefaultContent"]["Template"]
    results: list[Answer] = []
    for entry in call["BulkEmailEntries"]:
        replaced = entry.get("ReplacementEmailContent", {}).get("ReplacementTemplate", {})
        data = replaced.get("ReplacementTemplateData") or template.get("TemplateData", "{}")
        tags = [*call.get("DefaultEmailTags", ()), *entry.get("ReplacementTags", ())]
        try:
            number = await _send_template(call, {**template, "TemplateData": data}, entry["Destination"], tags)
        except AwsError as error:
            status = _bulk_status(error)
            if status is None:
                raise
            results.append({"Status": status, "Error": error.message})
        else:
            results.append({"Status": "SUCCESS", "MessageId": number})
    return {"BulkEmailEntryResults": results}


def _bulk_status(error: AwsError) -> str | None:
    fitting = (status for code, start, status in _BULK_STATUS if code == error.code and error.message.startswith(start))
    return next(fitting, None)


def _submission(
    call: Call, raw: bytes, *, operation: str, destination: Mapping[str, Any] | None = None, tags: Any = None
) -> Submission:
    sender = call.get("FromEmailAddress", "")
    read = Submitted.of(raw)
    if sender and not read.value("from"):
        raw = f"From: {sender}\r\n".encode() + raw
    given = call.get("Destination", {}) if destination is None else destination
    named = [address for member in ("ToAddresses", "CcAddresses", "BccAddresses") for address in given.get(member, ())]
    recipients = [parseaddr(address)[1] for address in named] or read.addresses("to", "cc", "bcc")
    pairs = [(tag["Name"], tag["Value"]) for tag in (call.get("EmailTags", ()) if tags is None else tags)]
    return Submission(
        raw=raw,
        mail_from=parseaddr(sender)[1] or None,
        recipients=tuple(recipients),
        via="v2",
        operation=operation,
        principal=call.request.principal,
        source_ip=call.request.source_ip,
        configuration_set=call.get("ConfigurationSetName", ""),
        tags=tuple(pairs),
        feedback_to=call.get("FeedbackForwardingEmailAddress", ""),
    )


async def _send_template(call: Call, template: Mapping[str, Any], destination: Mapping[str, Any], tags: Any) -> str:
    content = template.get("TemplateContent") or _stored(call, template)
    try:
        parts = filled(content, template.get("TemplateData", "{}"))
    except RenderingFailed as error:
        empty = _composed(_letter(call, destination, {"Subject": content.get("Subject", ""), "Text": ""}, template))
        submission = _submission(call, empty, operation="SendEmail", destination=destination, tags=tags)
        message = accept(call.around, call.region, submission)
        body = {"templateName": template.get("TemplateName", ""), "errorMessage": str(error)}
        await call.delivery.teller.record(call.region, message, "Rendering Failure", body)
        return message.id
    raw = _composed(_letter(call, destination, parts, template))
    return call.send(_submission(call, raw, operation="SendEmail", destination=destination, tags=tags)).id


def _stored(call: Call, template: Mapping[str, Any]) -> dict[str, Any]:
    name = template.get("TemplateName") or template.get("TemplateArn", "").rpartition("/")[2]
    content: dict[str, Any] = found_template(call.region, name)["content"]
    return content


def _simple(call: Call, simple: Mapping[str, Any], destination: Mapping[str, Any]) -> Letter:
    body = simple["Body"]
    parts = {name: body[name]["Data"] for name in ("Text", "Html") if name in body}
    return _letter(call, destination, {"Subject": simple["Subject"]["Data"], **parts}, simple)


def _letter(call: Call, destination: Mapping[str, Any], parts: Mapping[str, str], content: Mapping[str, Any]) -> Letter:
    return Letter(
        sender=call.get("FromEmailAddress", ""),
        to=destination.get("ToAddresses", ()),
        cc=destination.get("CcAddresses", ()),
        reply_to=call.get("ReplyToAddresses", ()),
        subject=parts.get("Subject", ""),
        text=parts.get("Text"),
        html=parts.get("Html"),
        headers=content.get("Headers", ()),
        attachments=content.get("Attachments", ()),
    )


def _composed(letter: Letter) -> bytes:
    try:
        return composed(letter)
    except ValueError as error:
        raise AwsError("BadRequestException", f"The message cannot be composed: {error}") from error


OPERATIONS: dict[str, Handler] = {"SendBulkEmail": send_bulk_email, "SendEmail": send_email}
