"""How fast mails go to SES: a bucket of recipients at the account's rate, personal mail first, fair between users.

    pacer = Pacer()
    pacer.limit(14.0, now)                       # GetAccount's MaxSendRate; 90 % of it is aimed at
    pacer.ask(ticket, now)                       # True: go; False: it is queued
    pacer.granted(now + 0.1)                     # the tickets whose turn has come
    pacer.throttled(now)                         # SES wants it slower: half, then slowly more again

SES counts recipients, lets bursts through and then blocks for seconds (peers-sending 9.3), so the bucket holds one second's
worth. A pure core: the moment comes from outside, in seconds. Campaigns share it; their mail waits behind that of people.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

AIM = 0.9
"""The share of the account's rate that is used."""
RAISE = 0.02
"""The share of the ceiling by which the rate grows in a second, some time after a throttle."""
CALM = 2.0
"""Seconds without a throttle before the rate grows, and within which many throttles are one."""
LEAST = 0.2
"""Recipients a second below which the rate never falls."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticket:
    """A mail that waits for its turn. The lower ``priority`` goes first: 0 for people, 1 for campaigns."""

    user: str
    recipients: int
    priority: int = 0


@dataclass(slots=True)
class _Queue:
    """The tickets of one priority: of each user those waiting, and how much each was served, on a common scale."""

    waiting: dict[str, deque[Ticket]] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)

    def put(self, ticket: Ticket) -> None:
        if ticket.user not in self.waiting:
            self.waiting[ticket.user] = deque()
            least = min((self.served[user] for user in self.waiting if user in self.served), default=0.0)
            self.served[ticket.user] = max(self.served.get(ticket.user, 0.0), least)
        self.waiting[ticket.user].append(ticket)

    def first(self) -> Ticket | None:
        """The oldest ticket of the user who was served least."""
        if not self.waiting:
            return None
        return self.waiting[min(self.waiting, key=self.served.__getitem__)][0]

    def take(self, ticket: Ticket) -> None:
        self.served[ticket.user] += ticket.recipients
        self.drop(ticket)

    def drop(self, ticket: Ticket) -> None:
        tickets = self.waiting.get(ticket.user)
        if tickets and ticket in tickets:
            tickets.remove(ticket)
            if not tickets:
                del self.waiting[ticket.user]
        if not self.waiting:
            self.served.clear()


class Pacer:
    """The pace of one process. ``share`` is its part of the account's rate, where several processes send."""

    def __init__(self, *, share: float = 1.0) -> None:
        self.rate = math.inf
        """Recipients a second at the moment; without an end until the account's rate is known or SES throttles."""
        self._ceiling = math.inf
        self._share = share
        self._tokens = 0.0
        self._at = -math.inf
        self._throttled = -math.inf
        self._seen = 0.0
        self._queues: dict[int, _Queue] = {}

    def limit(self, most: float, now: float) -> None:
        """The account's rate is ``most`` recipients a second."""
        self._refill(now)
        self._ceiling = max(most * AIM * self._share, LEAST)
        self.rate = min(self.rate, self._ceiling)
        self._tokens = min(self._tokens, self._burst)

    def ask(self, ticket: Ticket, now: float) -> bool:
        """Whether ``ticket`` may go at once; otherwise it is queued until ``granted`` gives it or it is withdrawn."""
        self._refill(now)
        if not (self._queues and any(queue.waiting for queue in self._queues.values())) and self._affords(ticket):
            self._pay(ticket)
            return True
        self._queues.setdefault(ticket.priority, _Queue()).put(ticket)
        return False

    def granted(self, now: float) -> list[Ticket]:
        """The tickets whose turn has come, in order."""
        self._refill(now)
        turns: list[Ticket] = []
        while (ticket := self._next()) is not None and self._affords(ticket):
            self._queues[ticket.priority].take(ticket)
            self._pay(ticket)
            turns.append(ticket)
        return turns

    def wait(self, now: float) -> float | None:
        """Seconds until the next ticket's turn; ``None`` when none waits."""
        self._refill(now)
        ticket = self._next()
        if ticket is None:
            return None
        return max(0.0, (min(ticket.recipients, self._burst) - self._tokens) / self.rate)

    def withdraw(self, ticket: Ticket) -> None:
        """Who waited waits no more."""
        queue = self._queues.get(ticket.priority)
        if queue:
            queue.drop(ticket)

    def throttled(self, now: float) -> None:
        """SES refused a mail as too fast: half the rate, once for all refusals of the same moment."""
        self._refill(now)
        if now - self._throttled < CALM:
            return
        self._throttled = now
        reached = self.rate if self.rate < math.inf else max(self._seen, 1.0)
        self.rate = max(reached / 2, LEAST)
        self._tokens = min(self._tokens, 0.0)

    @property
    def _burst(self) -> float:
        return max(1.0, self.rate)

    def _next(self) -> Ticket | None:
        waiting = (self._queues[priority].first() for priority in sorted(self._queues))
        return next((ticket for ticket in waiting if ticket), None)

    def _affords(self, ticket: Ticket) -> bool:
        """A mail with more recipients than the bucket holds goes when it is full, and leaves a debt."""
        return self._tokens >= min(ticket.recipients, self._burst) - 1e-9

    def _pay(self, ticket: Ticket) -> None:
        self._seen += ticket.recipients
        if self.rate < math.inf:
            self._tokens -= ticket.recipients

    def _refill(self, now: float) -> None:
        passed = now - self._at
        if passed <= 0:
            return
        self._at = now
        if self.rate == math.inf:
            self._tokens = math.inf
            self._seen *= math.exp(-min(passed, 50.0))  # about the recipients of the last second
            return
        if now - self._throttled > CALM:
            step = RAISE * (self._ceiling if self._ceiling < math.inf else 50.0)
            self.rate = min(self._ceiling, self.rate + step * min(passed, now - self._throttled - CALM))
        self._tokens = min(self._burst, self._tokens + self.rate * passed)
