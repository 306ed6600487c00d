r"""SES's notification by mail: an SNS topic with a mail address for a subscriber (facts.md B7).

    From: SES bounces <no-reply@sns.amazonaws.com>

    {"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[
      {"emailAddress":"ann@harbor.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 …"}]}, …}

The event stands in the mail as it is, or as the ``Message`` of SNS's envelope. Mail programs and mailing lists break its lines,
which JSON does not survive, so line ends are undone first. Deliveries are told as delivered; complaints are no bounce.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mailstrata.bounces.answer import LIMIT, Answer, enhanced_in, reply_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import RECIPIENT_LIMIT, bounce
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import mailbox
from mailstrata.formats.dsn import value

DIALECT = "sns"
TEXT_LIMIT = 300_000

_KINDS = {
    "Bounce": ("bounce", "bouncedRecipients", "failed"),
    "Delivery": ("delivery", "recipients", "delivered"),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients", "delayed"),
}


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The recipients of the event; ``None`` when the mail holds none."""
    raw = notice.mail.raw
    if standard or b"{" not in raw or not (b"notificationType" in raw or b"eventType" in raw):
        return None
    event = _event(notice.mail.beginning(TEXT_LIMIT))
    kind, name, action = _KINDS.get(str(event.get("notificationType") or event.get("eventType")), ("", "", ""))
    body, sent = event.get(kind), event.get("mail")
    if not isinstance(body, dict):
        return None
    mail = sent if isinstance(sent, dict) else {}
    found = [_bounce(notice, body, each, action) for each in _recipients(body.get(name))]
    return tuple(_with_the_mail(each, mail) for each in found if each.recipient) or None


def _event(text: str) -> dict[str, object]:
    start = text.find("{")
    outer = _json(re.sub(r"\n ?", "", text[start:])) if start >= 0 else {}
    message = outer.get("Message")
    return _json(message) if isinstance(message, str) else outer


def _json(text: str) -> dict[str, object]:
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _recipients(found: object) -> Iterator[dict[str, object]]:
    for each in found[:RECIPIENT_LIMIT] if isinstance(found, list) else []:
        if isinstance(each, dict):
            yield each
        elif isinstance(each, str):
            yield {"emailAddress": each}


def _text(source: dict[str, object], name: str) -> str:
    found = source.get(name)
    return found[:LIMIT] if isinstance(found, str) else ""


def _bounce(notice: Notice, body: dict[str, object], told: dict[str, object], action: str) -> Bounce:
    diagnostic = " ".join(value(_text(told, "diagnosticCode") or _text(body, "smtpResponse")).split())
    said = Answer(
        reply=reply_in(diagnostic),
        status=_text(told, "status") or enhanced_in(diagnostic),
        diagnostic=diagnostic,
        context=" ".join(filter(None, (_text(body, "bounceType"), _text(body, "bounceSubType")))),
    )
    found = bounce(notice, mailbox(_text(told, "emailAddress")), said, dialect=DIALECT, action=action)
    return replace(
        found, reporting_mta=value(_text(body, "reportingMTA")), at=_moment(_text(body, "timestamp")) or found.at
    )


def _with_the_mail(found: Bounce, mail: dict[str, object]) -> Bounce:
    headers = mail.get("commonHeaders")
    common = headers if isinstance(headers, dict) else {}
    return replace(
        found,
        message_id=f"{_text(mail, 'messageId')}@amazonses.com" if _text(mail, "messageId") else "",
        subject=_text(common, "subject"),
        sender=mailbox(_text(mail, "source")),
        sent=_moment(_text(mail, "timestamp")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None
