"""How much one client may take of the relay: of a line, of a message, of a connection, of time.

The session holds to these itself; the shell only keeps the clock. Sizes are in bytes, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMAND_LINE = 1000
"""RFC 5321 4.5.3.1.4 asks for 512 and lets extensions add to MAIL (SIZE 26, BODY 16, AUTH 500: RFC 4954 3)."""
AUTH_LINE = 12_288
"""RFC 4954 4: no base64 string of an exchange is longer."""
TEXT_LINE = 998
"""RFC 5322 2.1.1: a line of a message MUST be no longer without its CRLF. A longer one would be folded by some server on the
way, and a DKIM signature over it would break; so it is refused, never cut (RFC 5321 4.5.3.1.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a connection may use. The defaults fit Gmail, whose alias mails have at most 100 recipients."""

    size: int = 31_000_000
    """Bytes of a message: as base64 it has to stay below the 40 MB that SES takes (facts.md A6)."""
    header: int = 262_144
    """Bytes of a message's header section."""
    recipients: int = 100
    """Recipients of one message (RFC 5321 4.5.3.1.8: at least 100)."""
    commands: int = 200
    """Commands between two messages."""
    errors: int = 10
    """Commands that were refused, over the whole connection."""
    failures: int = 3
    """Refused logins of one connection."""
    messages: int = 10_000
    """Messages of one connection."""
    idle: float = 300.0
    """Seconds from one command to the next (RFC 5321 4.5.3.2.7: at least five minutes)."""
    login: float = 60.0
    """Seconds from the connection to a login that succeeded."""
    transfer: float = 600.0
    """Seconds that a message may take from DATA to its last dot (RFC 5321 4.5.3.2)."""
