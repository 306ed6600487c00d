"""Every call that reached the gate, as CloudTrail would tell it.

    audit.find(service="iam", action="CreateAccessKey")[-1].principal        # arn:aws:iam::123456789012:user/ops

Times are the lab's clock. Unlike CloudTrail it also holds calls whose signature was refused, data events included.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from mailstrata.lab.aws.request import Principal
from mailstrata.lab.clock import LabClock

KEPT = 100_000
"""Calls that are kept; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One call: when, who (``None``: nobody whose signature was right), what, where, and how it ended."""

    time: datetime
    request_id: str
    principal: Principal | None
    key_id: str
    """The access key that the request named; empty when it named none."""
    service: str
    action: str
    region: str
    source_ip: str
    user_agent: str = ""
    resource: str = ""
    error: str | None = None
    message: str = ""


class Audit:
    """The record of calls, oldest first."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._events: deque[AuditEvent] = deque(maxlen=KEPT)

    def now(self) -> datetime:
        """Return the time under which a call of this moment is recorded."""
        return self._clock.now()

    def record(self, event: AuditEvent) -> None:
        """Keep ``event``."""
        self._events.append(event)

    def events(self) -> tuple[AuditEvent, ...]:
        """Return all calls."""
        return tuple(self._events)

    def find(
        self,
        *,
        service: str | None = None,
        action: str | None = None,
        key_id: str | None = None,
        since: datetime | None = None,
    ) -> tuple[AuditEvent, ...]:
        """Return the calls that fit all that is given."""
        return tuple(
            event
            for event in self._events
            if service in {None, event.service}
            and action in {None, event.action}
            and key_id in {None, event.key_id}
            and (since is None or event.time >= since)
        )
