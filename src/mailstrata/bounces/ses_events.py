"""SES's events as bounces, so that they run through the same classification (facts.md B7).

    told(events(raw)[0])       # (Bounce(recipient="ann@dock.example", status="5.1.1", …),)

SES's own ``bounceType`` only counts where the remote server's words are missing: it labels real refusals as transient.
"""

from __future__ import annotations

from dataclasses import replace

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.original import NOTHING, Original, mailbox, told_by
from mailstrata.bounces.provider import provider_of
from mailstrata.formats.message import parse
from mailstrata.formats.ses_event import Report, SesEvent
from mailstrata.model.reply import Reply

DIALECT = "ses-event"
ACTIONS = {"Bounce": "failed", "Reject": "failed", "DeliveryDelay": "delayed", "Complaint": "complained"}
"""The kinds of event that say of recipients what a bounce says, and what happened to them."""

_SUPPRESSED = {"OnAccountSuppressionList": "account", "Suppressed": "global"}


def told(event: SesEvent) -> tuple[Bounce, ...]:
    """One Bounce for each recipient of a Bounce, Reject, DeliveryDelay or Complaint; empty for every other event."""
    action = ACTIONS.get(event.kind, "")
    if not action:
        return ()
    original = _original(event)
    return tuple(_bounce(event, original, report, action) for report in event.reports if report.address)


def _original(event: SesEvent) -> Original:
    """What the headers of the mail tell, where the event has them."""
    lines = [f"{name}: {' '.join(value.split())}\n" for name, value in event.headers]
    return told_by(parse("".join(lines).encode("utf-8", "replace"))) if lines else NOTHING


def _bounce(event: SesEvent, original: Original, report: Report, action: str) -> Bounce:
    answer = report.diagnostic or event.detail
    suppressed = _SUPPRESSED.get(event.subcategory, "")
    bounce = Bounce(
        recipient=mailbox(report.address) or report.address,
        action=action,
        status=report.status,
        reply=Reply.parse(report.diagnostic),
        diagnostic=answer,
        context="" if answer else f"SES calls it {event.kind} {event.category} {event.subcategory}",
        dialect=DIALECT,
        reporting_mta=event.reporting_mta,
        remote_mta="" if suppressed else event.remote_ip,
        at=event.at,
        will_retry_until=event.expires,
        sent=event.sent,
        message_id=event.message_id,
        x_gmail_original_message_id=original.x_gmail_original_message_id,
        subject=event.subject or original.subject,
        sender=mailbox(event.sender) or event.sender,
        provider=provider_of("", report.diagnostic),
        suppressed=suppressed,
        via=original.via,
    )
    return replace(bounce, action="failed", provider="amazon-ses") if suppressed else _of_ses(bounce, event)


def _of_ses(bounce: Bounce, event: SesEvent) -> Bounce:
    """A Reject is SES's own refusal: nobody else was asked."""
    return replace(bounce, provider="amazon-ses") if event.kind == "Reject" else bounce
