"""How a mail leaves the lab's SES: the seam between the sender's side and the recipients' servers.

outcome = await transport.deliver(Envelope(sender="…", recipient="…", content=b"…"))
outcome.reply            # "250 2.6.0 Queued mail for delivery", or "550 5.7.1 …", verbatim
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message to one recipient, as it goes over the wire (CRLF line ends, signed)."""

    sender: str
    """The envelope MAIL FROM; empty for a bounce (RFC 5321 4.5.5)."""
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an envelope.

    ``reply`` is the recipient server's last reply, verbatim (lines joined by a space), or what the sending side says when
    there was none. ``remote`` is the server's host name, or ``None`` when none was reached. ``code`` is the SMTP reply
    code (RFC 5321 4.2), or 0 when none was given: no MX, no connection, time-out.
    """

    code: int
    reply: str
    remote: str | None = None
    temporary: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the recipient's server took responsibility (a 2xx reply after DATA)."""
        return 200 <= self.code < 300


class Transport(Protocol):
    """Carries envelopes to the servers that the recipients' MX records name."""

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Try once; never raises for what the world does."""
        ...
