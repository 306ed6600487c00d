"""One message as the SMTP conversation hands it over, and who takes it.

The session has read it whole and the policy has let it through; nothing has been acknowledged. Whatever ``deliver``
answers is what the client hears, so a 250 may only be said once the message is safe.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Protocol

from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass, maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A message with its envelope, as received.

    ``sender`` is the address of MAIL FROM, empty for the null reverse-path; ``recipients`` are those of RCPT TO that were
    accepted, in their order. ``message`` is dot-unstuffed, its lines end in CRLF, and nothing else about it was changed.
    """

    login: str
    sender: str
    recipients: tuple[str, ...]
    message: bytes = field(repr=False)
    peer: str
    """The client's address."""
    session: str
    """Names the connection in the log."""
    at: datetime
    helo: str
    tls: str
    """Version and cipher, empty for none."""
    secret: str = field(default="", repr=False)
    """Names the password that let the login in."""
    refusal: Reply | None = None
    """What is answered, the login's share being used up, unless this is a repeat of a mail that drew on the share before."""


offer_of = maker(Offer)
"""Makes an Offer, as the class does, in less time."""


class Delivery(Protocol):
    """Takes messages on their way out."""

    @property
    def problem(self) -> str:
        """Why no message can be taken now, as far as that is known without one; empty for nothing."""
        ...

    async def deliver(self, offer: Offer) -> Reply:
        """What the client is to hear, once it is true. Never raises for what the world does."""
        ...
