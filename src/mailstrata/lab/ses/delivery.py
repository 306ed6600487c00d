"""What happens to a message after SES said yes: suppression, simulator, or a real delivery, each told by events.

    delivery.begin(region, message)
    await delivery.settle()          # until everything that was begun is over
    await delivery.retry()            # try again what was postponed; give up what is overdue

A suppressed recipient's server is never contacted (facts.md B5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

from mailstrata.lab.mail import Envelope, Outcome
from mailstrata.lab.ses import simulator, suppression
from mailstrata.lab.ses.feedback import out_of_office
from mailstrata.lab.ses.identities import domain_of, normalised
from mailstrata.lab.ses.outcome import Verdict, classified
from mailstrata.lab.ses.signing import signatures_for, signed
from mailstrata.lab.ses.state import Identity, MailFrom, SentMessage, SesRegion, Suppressed
from mailstrata.lab.ses.surroundings import Surroundings
from mailstrata.lab.ses.telling import Job, Teller, mta

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PATIENCE = timedelta(hours=14)
"""How long SES retries by default (facts.md B7)."""

_AT_ONCE = 32
"""Deliveries under way at the same time."""


def mail_from_of(region: SesRegion, identity: Identity, *, inherits: bool) -> MailFrom:
    """The MAIL FROM settings for mail of ``identity`` (an address without its own takes its domain's if ``inherits``)."""
    if identity.mail_from.domain or not inherits:
        return identity.mail_from
    parent = domain_of(region, identity)
    return parent.mail_from if parent else identity.mail_from


class Delivery:
    """Carries accepted messages to their recipients in the background."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.teller = Teller(around)
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._postponed: list[Job] = []
        self._failures: list[BaseException] = []

    def begin(self, region: SesRegion, message: SentMessage) -> None:
        """Start delivering ``message``; returns at once."""
        self._start(self._deliver(region, message))

    async def settle(self) -> None:
        """Wait until no delivery and no event is under way. Raises the first thing that a hook raised since the last time."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
        if self._failures:
            first, self._failures = self._failures[0], []
            raise first

    async def retry(self) -> None:
        """Try the postponed recipients again, once each; those past SES's patience bounce."""
        jobs, self._postponed = self._postponed, []
        for job in jobs:
            self._start(self._attempt(job))
        await self.settle()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def _deliver(self, region: SesRegion, message: SentMessage) -> None:
        await self.teller.record(region, message, "Send", {})
        if EICAR in message.content:
            await self.teller.record(region, message, "Reject", {"reason": "Bad content"})
            return
        outward: list[str] = []
        for recipient in message.recipients:
            if not await self._kept_inside(region, message, recipient):
                outward.append(recipient)
        if not outward:
            return
        content = signed(message.content, signatures_for(region, region.identities[message.identity]))
        jobs = [Job(region=region, message=message, recipient=one, signed=content) for one in outward]
        await asyncio.gather(*(self._attempt(job) for job in jobs))

    async def _kept_inside(self, region: SesRegion, message: SentMessage, recipient: str) -> bool:
        """Whether SES itself settled this recipient."""
        if simulator.is_simulated(recipient):
            await self._simulate(Job(region=region, message=message, recipient=recipient, signed=b""))
            return True
        job = Job(region=region, message=message, recipient=recipient, signed=b"")
        chosen = region.configuration_sets.get(message.configuration_set)
        reasons = suppression.reasons_in_force(region, chosen)
        entry = suppression.held_back(region, recipient, reasons=reasons)
        if entry is not None:
            await self._hold_back(job, entry)
            return True
        if normalised(recipient) in region.globally_suppressed and "BOUNCE" not in reasons:
            verdict = Verdict(kind="Permanent", subtype="Suppressed", status="5.1.1")
            await self.teller.bounced(job, verdict, suppression.GLOBAL_NOTICE, "dns; amazonses.com")
            return True
        return False

    async def _hold_back(self, job: Job, entry: Suppressed) -> None:
        if entry.reason == "COMPLAINT":
            await self.teller.complained(job, {"complaintSubType": "OnAccountSuppressionList"})
            return
        verdict = Verdict(kind="Permanent", subtype="OnAccountSuppressionList", status="5.1.1")
        await self.teller.bounced(job, verdict, suppression.NOTICE, "dns; amazonses.com")

    async def _simulate(self, job: Job) -> None:
        for act in simulator.play(job.recipient):
            if act.kind == "Delivery":
                await self.teller.delivered(job, act.reply)
            elif act.kind == "Complaint":
                await self.teller.complained(
                    job, {"userAgent": "Amazon SES Mailbox Simulator", "complaintFeedbackType": "abuse"}
                )
            elif act.kind == "AutoReply":
                await self.teller.feed_back(job, out_of_office(job.message, job.recipient))
            else:
                verdict = classified(Outcome(code=550, reply=act.reply))
                await self.teller.bounced(job, verdict, f"smtp; {act.reply}", f"dsn; {mta(job)}")

    async def _attempt(self, job: Job) -> None:
        async with self._gate:
            outcome = await self._around.transport.deliver(
                Envelope(sender=self.return_path(job.region, job.message), recipient=job.recipient, content=job.signed)
            )
        if outcome.accepted:
            await self.teller.delivered(job, outcome.reply)
        elif outcome.temporary or 400 <= outcome.code < 500:
            await self._postpone(job, outcome)
        else:
            await self._refused(job, outcome)

    async def _refused(self, job: Job, outcome: Outcome) -> None:
        verdict = classified(outcome)
        feedback_id = await self.teller.bounced(job, verdict, f"smtp; {outcome.reply}", f"dsn; {mta(job)}")
        chosen = job.region.configuration_sets.get(job.message.configuration_set)
        if verdict.kind == "Permanent" and "BOUNCE" in suppression.reasons_in_force(job.region, chosen):
            entry = Suppressed(
                address=job.recipient,
                reason="BOUNCE",
                at=self._around.clock.now(),
                message_id=job.message.id,
                feedback_id=feedback_id,
            )
            suppression.put(job.region, entry)

    async def _postpone(self, job: Job, outcome: Outcome) -> None:
        now, until = self._around.clock.now(), job.message.at + self._patience(job)
        if now >= until:
            minutes = int(self._patience(job).total_seconds() // 60)
            text = f"smtp; 550 4.4.7 Message expired: unable to deliver in {minutes} minutes.<{outcome.reply}>"
            verdict = Verdict(kind="Transient", subtype="General", status="4.4.7")
            await self.teller.bounced(job, verdict, text, f"dsn; {mta(job)}")
            return
        self._postponed.append(job)
        await self.teller.delayed(job, outcome, until)

    def _patience(self, job: Job) -> timedelta:
        chosen = job.region.configuration_sets.get(job.message.configuration_set)
        seconds = chosen.options.get("DeliveryOptions", {}).get("MaxDeliverySeconds") if chosen else None
        return timedelta(seconds=seconds) if seconds else PATIENCE

    def return_path(self, region: SesRegion, message: SentMessage) -> str:
        """The envelope sender: the message's id at the verified custom MAIL FROM domain, else at SES's own (facts.md B4)."""
        identity = region.identities.get(message.identity)
        if identity is not None:
            own = mail_from_of(region, identity, inherits=self._around.address_inherits_mail_from)
            if own.domain and own.status == "SUCCESS":
                return f"{message.id}@{own.domain}"
        host = "amazonses.com" if region.name == "us-east-1" else f"{region.name}.amazonses.com"
        return f"{message.id}@{host}"
