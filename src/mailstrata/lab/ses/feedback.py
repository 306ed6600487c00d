"""The mail that SES itself writes when feedback forwarding is on: its bounce, and the simulator's out-of-office reply.

    bounce_mail(region, message, report)      # From: MAILER-DAEMON@amazonses.com, multipart/report

``Action`` stands before ``Final-Recipient`` in SES's delivery status (facts.md B7).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime

from mailstrata.lab.ses.state import SentMessage, SesRegion


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The failure of one recipient, as it stands in the delivery status."""

    recipient: str
    status: str
    diagnostic: str
    reporting_mta: str


def daemon(region: SesRegion) -> str:
    """The address that SES's own mail comes from."""
    return "MAILER-DAEMON@amazonses.com" if region.name == "us-east-1" else f"MAILER-DAEMON@{region.name}.amazonses.com"


def bounce_mail(region: SesRegion, message: SentMessage, report: Report) -> bytes:
    """SES's delivery status notification for one recipient (RFC 3464)."""
    lines = [
        f"From: {daemon(region)}",
        f"To: {message.feedback_to}",
        "Subject: Delivery Status Notification (Failure)",
        f"Date: {format_datetime(message.at)}",
        f"Message-ID: <bounce-{message.id}@{daemon(region).partition('@')[2]}>",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{_boundary(message)}"',
        "",
        *_part(message, "text/plain; charset=us-ascii"),
        "An error occurred while trying to deliver the mail to the following recipients:",
        report.recipient,
        "",
        *_part(message, "message/delivery-status"),
        f"Reporting-MTA: {report.reporting_mta.replace(';', '; ').replace(';  ', '; ')}",
        "",
        "Action: failed",
        f"Final-Recipient: rfc822; {report.recipient}",
        f"Diagnostic-Code: {report.diagnostic}",
        f"Status: {report.status}",
        "",
        *_part(message, "message/rfc822"),
    ]
    head = "\r\n".join([*lines, ""]).encode()
    return head + message.content + f"\r\n--{_boundary(message)}--\r\n".encode()


def out_of_office(message: SentMessage, responder: str) -> bytes:
    """The automatic reply of ``ooto@simulator.amazonses.com`` (RFC 3834)."""
    lines = [
        f"From: {responder}",
        f"To: {message.feedback_to}",
        "Subject: Out of office",
        f"Date: {format_datetime(message.at)}",
        "Auto-Submitted: auto-replied",
        f"In-Reply-To: <{message.id}>",
        "",
        "I am out of the office.",
        "",
    ]
    return "\r\n".join(lines).encode()


def _boundary(message: SentMessage) -> str:
    return f"=_{message.id[:33]}"


def _part(message: SentMessage, kind: str) -> list[str]:
    return [f"--{_boundary(message)}", f"Content-Type: {kind}", ""]
