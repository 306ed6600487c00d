"""What a session asks of the shell that holds its socket.

After ``StartTls``, ``Verify`` and ``Offer`` the session takes no further command until it is told what came of it, by
``secured``, ``verified`` and ``answered``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mailstrata.model.reply import Reply
from mailstrata.relay.offer import Offer


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StartTls:
    """Shake hands as the server of a TLS connection, then call ``secured``. What came in clear is already forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Find out whether this is a login of ours, then call ``verified``."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A message that the session itself refused: to be written down, so that whoever runs the relay can tell its sender why.

    ``offer`` is what there was of it by then: at MAIL no recipients, and no text where that was too long or malformed.
    """

    offer: Offer
    reply: Reply
    size: int
    """Bytes that came of it."""


@dataclass(frozen=True, slots=True)
class Close:
    """Send what is left and close the connection."""


Effect = Send | StartTls | Verify | Offer | Declined | Close
