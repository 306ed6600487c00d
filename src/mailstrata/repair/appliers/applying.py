"""What an applier is, what it works with, and how each of its effects ends in the ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Finding
from mailstrata.model.ports import Asker, Clock, DnsControl, Keys, Ledger, Login, Secrets, SesControl
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done or found; ``done`` is false when it is where the fix ended."""

    text: str
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What appliers work with. ``derive`` makes a SMTP password of a secret and a region."""

    asker: Asker
    clock: Clock
    ledger: Ledger
    secrets: Secrets
    keys: Keys
    login: Login
    ses: SesControl
    dns: DnsControl
    derive: Callable[[str, str], str]
    address_confirmed: bool = False
    """The operator vouches that the suppressed address exists."""


Applier = Callable[[Finding, Setup, Tools], AsyncIterator[Step]]


async def settled(row: int, work: Awaitable[T], tools: Tools) -> T:
    """What ``work`` gives. Where it is refused, the row of the ledger that was begun for it says so.

    Where nothing answered, the row keeps no outcome: nobody knows what became of it.
    """
    try:
        return await work
    except Refusal as refusal:
        if refusal.settled:
            tools.ledger.finish(row, "failed")
        raise
