"""sesv2: what became of one message (VDM's message insights), and whether a mailbox exists."""

from __future__ import annotations

import re
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.events import MATCHING
from mailstrata.lab.ses.simulator import is_simulated
from mailstrata.lab.ses.state import Event, SentMessage

_ROLES = frozenset(
    [
        "abuse",
        "admin",
        "administrator",
        "billing",
        "hostmaster",
        "info",
        "noreply",
        "postmaster",
        "sales",
        "support",
        "webmaster",
    ]
)
_SYNTAX = re.compile(r"[^\s@\"<>]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_VERDICT = {True: "HIGH", False: "LOW", None: "MEDIUM"}


async def get_message_insights(call: Call) -> Answer:
    """``GetMessageInsights``: only with VDM, and not for mail to several recipients (facts.md B8)."""
    message = call.region.sent.get(call["MessageId"])
    if message is None or not call.region.vdm_enabled or len(message.recipients) > 1:
        raise AwsError("NotFoundException", f"Message {call['MessageId']} was not found.", status=404)
    return {
        "MessageId": message.id,
        "FromEmailAddress": message.from_address,
        "Subject": message.header("Subject") or "",
        "EmailTags": [{"Name": name, "Value": values[0]} for name, values in message.tags.items()],
        "Insights": [_insights(message, recipient) for recipient in message.recipients],
    }


async def get_email_address_insights(call: Call) -> Answer:
    """``GetEmailAddressInsights``: SES's mailbox validation; existence is what the lab's recipients say."""
    address = call["EmailAddress"]
    syntax = bool(_SYNTAX.fullmatch(address))
    records = syntax and await _has_mail_host(call, address.rpartition("@")[2])
    asked = call.around.mailbox_exists
    exists = False if not records else asked(address) if asked else None
    local = address.partition("@")[0].lower()
    valid = False if False in {syntax, records, exists} else exists
    evaluations = {
        "HasValidSyntax": syntax,
        "HasValidDnsRecords": records,
        "MailboxExists": exists,
        "IsRoleAddress": local in _ROLES,
        "IsDisposable": False,
        "IsRandomInput": False,
    }
    named = {name: {"ConfidenceVerdict": _VERDICT[value]} for name, value in evaluations.items()}
    return {"MailboxValidation": {"IsValid": {"ConfidenceVerdict": _VERDICT[valid]}, "Evaluations": named}}


async def _has_mail_host(call: Call, domain: str) -> bool:
    try:
        hosts = await call.around.lookup(domain, "MX")
        if hosts:
            return hosts[0].split()[-1] != "."  # RFC 7505: a null MX accepts no mail
        return bool(await call.around.lookup(domain, "A"))
    except LookupError:
        return False


def _insights(message: SentMessage, recipient: str) -> Answer:
    """The events of a recipient; of the simulator's answers AWS shows none."""
    told = [event for event in message.events if recipient in event.recipients]
    shown = [event for event in told if event.kind == "Send" or not is_simulated(recipient)]
    return {"Destination": recipient, "Isp": "UNKNOWN_ISP", "Events": [_insight(event) for event in shown]}


def _insight(event: Event) -> Answer:
    shown: dict[str, Any] = {"Timestamp": event.at, "Type": MATCHING[event.kind]}
    if event.kind == "Bounce":
        details = {
            "BounceType": event.body["bounceType"].upper(),
            "BounceSubType": event.body["bounceSubType"],
            "DiagnosticCode": event.body["bouncedRecipients"][0]["diagnosticCode"],
        }
        return shown | {"Details": {"Bounce": details}}
    if event.kind == "Complaint":
        body = event.body
        given = {
            "ComplaintSubType": body.get("complaintSubType"),
            "ComplaintFeedbackType": body.get("complaintFeedbackType"),
        }
        return shown | {"Details": {"Complaint": given}}
    return shown


OPERATIONS: dict[str, Handler] = {
    "GetEmailAddressInsights": get_email_address_insights,
    "GetMessageInsights": get_message_insights,
}
