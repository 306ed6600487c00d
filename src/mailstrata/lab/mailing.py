"""The mails of a scenario, sent as their senders would: through Gmail's alias, SES's SMTP endpoint or the API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import format_datetime

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.ses_events import told
from mailstrata.formats.ses_event import events
from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.parts import Parts
from mailstrata.lab.scenario import MailSpec
from mailstrata.lab.ses.events import as_event
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.reply import Reply

_BODY = "Dear crew,\n\nplease find the quote for June below.\n\nFair winds,\nAda\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentByApplication:
    """What an application that sends by the API writes into its log."""

    sender: str
    recipient: str
    subject: str
    at: datetime
    message_id: str = ""
    error: str = ""
    region: str = ""
    keeps_events: bool = False
    """Whether SES's events of the mail come into the same log."""

    def attempt(self) -> Attempt:
        """The same as an attempt whose outcome is not known yet, or that the API refused."""
        return Attempt(
            id="",
            sender=self.sender,
            recipient=self.recipient,
            via=Via.SES_API,
            at=self.at,
            subject=self.subject,
            message_id=self.message_id or None,
            outcome=Outcome.REFUSED_AT_RELAY if self.error else Outcome.UNKNOWN,
            reply=Reply.parse(self.error),
            diagnostic=self.error,
            source="the application's log",
        )


async def play(parts: Parts, end: datetime) -> list[SentByApplication]:
    """Send all mails of the scenario, each at its time, then let the clock come to ``end``."""
    sent: list[SentByApplication] = []
    for mail in sorted(parts.mails, key=lambda one: one.at or end):
        _until(parts, mail.at or end)
        sent += await _send(parts, mail)
        await parts.ses.settle()
    _until(parts, end)
    return sent


async def send_all(parts: Parts) -> list[SentByApplication]:
    """Send all mails now, a minute apart; those that the scenario sends at one moment together."""
    sent: list[SentByApplication] = []
    together: datetime | None = None
    for mail in parts.mails:
        if mail.at is None or mail.at != together:
            parts.clock.advance(60)
        together = mail.at
        sent += await _send(parts, mail)
    await parts.ses.settle()
    return sent


def logged(parts: Parts, sent: SentByApplication) -> Attempt:
    """What the application's log says of a mail: its own line, and SES's last event where it keeps them."""
    attempt = sent.attempt()
    message = parts.ses.region(sent.region).sent.get(sent.message_id) if sent.keeps_events else None
    if message is None:
        return attempt
    region = parts.ses.region(sent.region)
    written = [json.dumps(as_event(region, message, event)) for event in message.events]
    bounces = [bounce for text in written for event in events(text) for bounce in told(event)]
    (settled,) = attempts(bounces, [attempt])
    return replace(settled, id="", source="SES's event in the application's log") if bounces else attempt


def by_alias(parts: Parts) -> list[Attempt]:
    """What Gmail's sent folders hold and SES accepted: joined by the Message-ID that SES's events keep (facts.md A2)."""
    accepted = {
        message.header("Message-ID"): message
        for name in parts.endpoints
        for message in parts.ses.region(name).sent.values()
    }
    found = []
    for account in parts.gmail.accounts.values():
        for kept in account.messages:
            head = message_from_bytes(kept.raw, policy=policy.compat32)
            message = accepted.get(head["Message-ID"]) if kept.folder == "sent" else None
            if message is not None:
                found.append((kept.at, message, str(head["Subject"])))
    return [
        Attempt(
            id="",
            sender=message.from_address,
            recipient=recipient,
            via=Via.GMAIL_ALIAS,
            at=at.replace(microsecond=0),
            subject=subject,
            message_id=message.id,
            header_message_id=str(message.header("Message-ID")).strip("<>"),
            source="Gmail's sent folder, joined with SES's events",
        )
        for at, message, subject in found
        for recipient in message.recipients
    ]


def _until(parts: Parts, moment: datetime) -> None:
    parts.clock.advance(max(0.0, (moment - parts.clock.now()).total_seconds()))


async def _send(parts: Parts, mail: MailSpec) -> Iterable[SentByApplication]:
    if mail.via == Via.GMAIL_ALIAS:
        alias = parts.aliases[mail.sender]
        await parts.gmail.send(alias.account, mail.sender, [mail.recipient], subject=mail.subject, body=_BODY)
        return ()
    return (await _by_api(parts, mail),)


async def _by_api(parts: Parts, mail: MailSpec) -> SentByApplication:
    now = parts.clock.now().replace(microsecond=0)
    head = {
        "From": mail.sender,
        "To": mail.recipient,
        "Subject": mail.subject,
        "Date": format_datetime(now),
        "Message-ID": f"<{parts.ids.hex(length=24)}@app.{parts.domain.name}>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    }
    text = "".join(f"{name}: {value}\n" for name, value in head.items()) + "\n" + _BODY
    principal = parts.iam.principal(parts.iam.administrator.key_id)
    assert principal is not None
    message_id = error = ""
    try:
        message_id = await parts.ses.send(
            region=mail.region or parts.region,
            principal=principal,
            raw=text.replace("\n", "\r\n").encode(),
            mail_from=None,
            recipients=[mail.recipient],
            via="v2",
            source_ip="127.0.0.1",
            operation="SendEmail",
        )
    except AwsError as refused:
        error = f"{refused.code}: {refused.message}"
    return SentByApplication(
        sender=mail.sender,
        recipient=mail.recipient,
        subject=mail.subject,
        at=now,
        message_id=message_id,
        error=error,
        region=mail.region or parts.region,
        keeps_events=mail.events,
    )
