"""One mail handed to SES, and the four things that can become of that.

    await sender.send(Outgoing(sender="admin@sailing.example", recipients=("guest@dock.example",), message=(head, body)))
    Accepted(id="0100019a…-000000", region="us-east-1")

The difference between ``Refused``, ``Unsent`` and ``Unsettled`` is what "nothing twice" rests on: SES's ``SendEmail`` knows no
idempotency token (peers-sending 9.3), so after a time-out nobody but SES's own events can tell whether the mail left.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What is handed to SES: the envelope, the message in pieces that follow each other, and options of ``SendEmail``."""

    sender: str
    """The envelope's sender; empty lets SES take the one of the header."""
    recipients: tuple[str, ...]
    message: tuple[bytes | memoryview, ...]
    tags: tuple[tuple[str, str], ...] = ()
    """Names and values of EmailTags: letters, digits, ``_`` and ``-``, up to 256 (facts.md A8)."""
    configuration_set: str = ""

    @property
    def size(self) -> int:
        """Bytes of the message."""
        return sum(map(len, self.message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """SES has it. ``id`` is the bare message id."""

    id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """SES answered, and did not take it: surely nothing was sent. ``error`` is the name of the error, such as
    ``MessageRejected``.
    """

    error: str
    text: str
    status: int
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """It never reached SES as a whole: surely nothing was sent. ``reason`` is for a person."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """It was handed over and no answer came: it may have been sent, and only SES's events will tell."""

    reason: str


Outcome: TypeAlias = Accepted | Refused | Unsent | Unsettled


class Sender(Protocol):
    """Hands mails to SES. It never raises for what the world does."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """What became of ``outgoing``."""
        ...
