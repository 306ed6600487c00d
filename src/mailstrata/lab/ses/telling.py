"""What SES says of one message and one recipient: it makes the events, and the mail of feedback forwarding.

await teller.delivered(job, "250 2.6.0 Queued")
await teller.bounced(job, verdict, "smtp; 550 5.1.1 user unknown", f"dsn; {mta(job)}")
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailstrata.lab.mail import Outcome
from mailstrata.lab.ses.events import bounce_body, reporting_mta, stamp
from mailstrata.lab.ses.feedback import Report, bounce_mail
from mailstrata.lab.ses.outcome import Verdict, delay_type, status_in
from mailstrata.lab.ses.publishing import Publisher
from mailstrata.lab.ses.state import Event, SentMessage, SesRegion
from mailstrata.lab.ses.surroundings import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One message to one recipient; ``signed`` is empty while nothing leaves SES."""

    region: SesRegion
    message: SentMessage
    recipient: str
    signed: bytes


def mta(job: Job) -> str:
    """The outgoing host that handles a message."""
    return reporting_mta(job.region.name, int(job.message.id[8:16], 16))


class Teller:
    """Makes events and feedback mail."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._publisher = Publisher(around)

    async def record(self, region: SesRegion, message: SentMessage, kind: str, body: dict[str, Any]) -> None:
        """Make an event of ``kind`` about ``message``."""
        await self._publisher.record(region, message, self._event(message, kind, body, message.recipients))

    async def delivered(self, job: Job, reply: str) -> None:
        """A server took the message; ``reply`` is its own, or the simulator's."""
        now = self._around.clock.now()
        body = {
            "timestamp": stamp(now),
            "processingTimeMillis": int((now - job.message.at).total_seconds() * 1000),
            "recipients": [job.recipient],
            "smtpResponse": reply,
            "reportingMTA": mta(job),
        }
        await self._tell(job, "Delivery", body)

    async def delayed(self, job: Job, outcome: Outcome, until: datetime) -> None:
        """A server put the message off; SES tries again ``until`` then."""
        status = status_in(outcome.reply) or ("4.4.7" if outcome.code == 0 else "4.0.0")
        recipient = {
            "emailAddress": job.recipient,
            "status": status,
            "diagnosticCode": f"smtp; {outcome.reply}",
        }
        body = {
            "timestamp": stamp(self._around.clock.now()),
            "delayType": delay_type(outcome),
            "expirationTime": stamp(until),
            "delayedRecipients": [recipient],
            "reportingMTA": mta(job),
        }
        await self._tell(job, "DeliveryDelay", body)

    async def complained(self, job: Job, more: dict[str, str]) -> None:
        """The recipient complains; ``more`` tells in what way."""
        now = stamp(self._around.clock.now())
        body = {
            "complainedRecipients": [{"emailAddress": job.recipient}],
            "timestamp": now,
            "feedbackId": self._around.ids.message_id(),
            **more,
        }
        await self._tell(job, "Complaint", body | ({"arrivalDate": now} if "userAgent" in more else {}))

    async def bounced(self, job: Job, verdict: Verdict, diagnostic: str, mta: str) -> str:
        """Tell of a bounce by event and, if the identity wants it, by mail; returns the feedback id."""
        feedback_id = self._around.ids.message_id()
        recipient = {
            "emailAddress": job.recipient,
            "action": "failed",
            "status": verdict.status,
            "diagnosticCode": diagnostic,
        }
        more = {"timestamp": stamp(self._around.clock.now()), "feedbackId": feedback_id, "reportingMTA": mta}
        await self._tell(job, "Bounce", bounce_body(verdict.kind, verdict.subtype, [recipient], more))
        identity = job.region.identities.get(job.message.identity)
        if identity is None or identity.feedback_forwarding:
            report = Report(recipient=job.recipient, status=verdict.status, diagnostic=diagnostic, reporting_mta=mta)
            await self.feed_back(job, bounce_mail(job.region, job.message, report))
        return feedback_id

    async def feed_back(self, job: Job, mail: bytes) -> None:
        """Hand ``mail`` of SES's own to the address that sent, if anybody takes it."""
        if self._around.on_feedback is not None and job.message.feedback_to:
            await self._around.on_feedback(job.message.feedback_to, mail)

    async def _tell(self, job: Job, kind: str, body: dict[str, Any]) -> None:
        event = self._event(job.message, kind, body, (job.recipient,))
        await self._publisher.record(job.region, job.message, event)

    def _event(self, message: SentMessage, kind: str, body: dict[str, Any], recipients: tuple[str, ...]) -> Event:
        now = self._around.clock.now()
        return Event(kind=kind, at=now, message_id=message.id, recipients=recipients, body=body)
