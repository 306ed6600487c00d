"""The standard form of a bounce: a part of type message/delivery-status (RFC 3464).

    Reporting-MTA: dsn; a8-50.smtp-out.amazonses.com        <- about the message

    Final-Recipient: rfc822; ann@harbor.example             <- about each recipient, groups parted by blank lines
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 5.1.1 user unknown

The order of fields is free (SES puts Action first, facts.md B7). A group that names no recipient says nothing, so Gmail's
empty delivery-status gives no bounce here: that is for the dialect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.original import Original, canonical, moment, original_of
from mailstrata.bounces.provider import provider_of
from mailstrata.formats.message import Part
from mailstrata.model.reply import Reply

DIALECT = "rfc3464"
RECIPIENT_LIMIT = 500
GROUP_LIMIT = 20_000
"""Characters of one group that are read."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)\Z", re.DOTALL)
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
_TYPED = re.compile(r"\s*([\w.+-]{1,60})\s*;\s*(.*)\Z", re.DOTALL)
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 6533 4

Fields = Mapping[str, str]


def read(mail: Part) -> tuple[Bounce, ...]:
    """What the mail's own delivery-status says, one Bounce a recipient; empty when it has none."""
    groups = [group for part in mail.walk() if part.type in _STATUS_PARTS for group in _groups(part.text)]
    about_all = next((group for group in groups if "reporting-mta" in group), {})
    original = original_of(mail)
    told = [group for group in groups if _recipient(group)][:RECIPIENT_LIMIT]
    return tuple(_bounce(mail, original, about_all, group) for group in told)


def _bounce(mail: Part, original: Original, about_all: Fields, group: Fields) -> Bounce:
    raw_diagnostic = _value(group.get("diagnostic-code", ""))[:2000]
    diagnostic = " ".join(raw_diagnostic.split())
    reporting, remote = _value(about_all.get("reporting-mta", "")), _value(group.get("remote-mta", ""))
    recipient = _recipient(group)
    original_recipient = _address(group.get("original-recipient", ""))
    return Bounce(
        recipient=recipient,
        original_recipient=original_recipient if original_recipient != recipient else "",
        action=_action(group),
        status=_status(group.get("status", "")),
        reply=Reply.parse(raw_diagnostic),
        diagnostic=diagnostic,
        dialect=DIALECT,
        reporting_mta=_host(reporting),
        remote_mta=_host(remote),
        at=moment(group.get("last-attempt-date", "")) or moment(mail.get("date")),
        sent=original.sent,
        message_id=original.message_id,
        x_gmail_original_message_id=original.x_gmail_original_message_id,
        subject=original.subject,
        sender=original.sender,
        provider=provider_of(_host(remote), diagnostic, _host(reporting)),
        via=original.via,
    )


def _groups(text: str) -> list[Fields]:
    return [_fields(block[:GROUP_LIMIT]) for block in re.split(r"\n[ \t]*\n", text) if block.strip()]


def _fields(block: str) -> Fields:
    """The fields of one group by their lower-case names. A line that is no field continues the one before it."""
    lines: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        match = None if line[:1] in {" ", "\t"} else _FIELD.match(line)
        if match:
            name = match[1].lower()
            lines.setdefault(name, match[2].strip())
        elif name:
            lines[name] += "\n" + line.strip()
    return lines


def _value(field: str) -> str:
    """A field without its type: ``smtp; 550 …`` is ``550 …`` (RFC 3464 2.1.2)."""
    match = _TYPED.match(field)
    return (match[2] if match else field).strip()


def _host(value: str) -> str:
    """The name of a server without a comment: ``mx.example (192.0.2.1)`` is ``mx.example``."""
    words = value.split()
    return words[0].lower().rstrip(".")[:255] if words else ""


def _recipient(group: Fields) -> str:
    """Final-Recipient, which a group must have (RFC 3464 2.3.2), or the original one."""
    return _address(group.get("final-recipient", "")) or _address(group.get("original-recipient", ""))


def _address(field: str) -> str:
    text = " ".join(_value(field).split()).strip("<>")
    return canonical(text) or text[:320]


def _action(group: Fields) -> str:
    """The action; by the class of the status when the field is missing or no action (RFC 3463 2)."""
    words = group.get("action", "").lower().split()
    if words and words[0] in _ACTIONS:
        return words[0]
    return {"2": "delivered", "4": "delayed"}.get(_status(group.get("status", ""))[:1], "failed")


def _status(field: str) -> str:
    match = _STATUS.match(field)
    return match[1] if match else ""
