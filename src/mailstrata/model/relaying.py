"""A mail in the relay's ledger: a row before it is handed to SES, and what became of it after.

One offer is one row; more than 50 recipients are several rows, since SES takes 50 (facts.md A6). Events of SES find their row
by the tag that each mail carries, ``mailstrata=<id>``.
"""

from __future__ import annotations

from enum import StrEnum

from mailstrata.model.values import dataclass

TAG = "mailstrata"
"""The name of the EmailTag whose value is a row's id."""


class State(StrEnum):
    """Where a mail is."""

    HANDED = "handed"
    """On its way to SES, or, when no answer came, nobody knows where: it is *unknown* until an event of SES settles it."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Not sent, and the client heard so."""
    SPOOLED = "spooled"
    """Not sent yet; the relay answers for it."""
    GIVEN_UP = "given-up"
    """Not sent; the sender got a notice, unless its login was revoked."""
    DIVIDED = "divided"
    """Not sent as one: other rows have its recipients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is written down before a mail is handed over. ``at`` is in milliseconds since 1970."""

    login: str
    sender: str
    recipients: tuple[str, ...]
    at: int
    size: int = 0
    message_id: str = ""
    """The message's own id; with ``Row.ses_id`` the map between the two."""
    fingerprint: str | None = None
    """The same for a repeat of the same mail; no two rows that may have been sent have the same one."""
    changes: tuple[str, ...] = ()
    peer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What became of a row."""

    state: State
    ses_id: str = ""
    region: str = ""
    reply: str = ""
    """What the client heard, or would have heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it stands."""

    id: int
    entry: Entry
    ending: Ending
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """A mail out of the spool, taken by this process until a moment (milliseconds since 1970)."""

    row: Row
    message: bytes
    until: int
