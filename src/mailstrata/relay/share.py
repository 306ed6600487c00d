"""A login's own rate and daily share, in recipients as SES counts them.

share = Share()
drawn(share, Bounds(rate=60, daily=500), recipients=3, at=at)     # the share after it, or the reply that refuses

The rate is a bucket that holds a minute's worth and fills evenly; a message with more recipients than fit is let through when
the bucket is full, and leaves it in debt. The day is UTC's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from mailstrata.model.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Recipients a minute and a day; 0 is no bound."""

    rate: int = 0
    daily: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What was taken: ``sent`` on ``day``, and ``spent`` of the bucket at the moment ``at`` (seconds since 1970)."""

    day: str = ""
    sent: int = 0
    spent: float = 0.0
    at: float = 0.0


def drawn(share: Share, bounds: Bounds, *, recipients: int, at: datetime) -> Share | Reply:
    """The share after ``recipients`` more, or why not."""
    now = _today(share, at)
    if bounds.daily and recipients > bounds.daily:
        return Reply(
            code=550,
            enhanced="5.7.1",
            text=f"This login may send to {bounds.daily} recipients a day, and the message has {recipients}",
        )
    if bounds.daily and now.sent + recipients > bounds.daily:
        return Reply(
            code=451,
            enhanced="4.7.1",
            text=f"This login's share of {bounds.daily} recipients a day is used up until midnight UTC",
        )
    leaked = max(0.0, now.spent - max(0.0, at.timestamp() - now.at) * bounds.rate / 60)
    if bounds.rate and leaked > 0 and leaked + recipients > bounds.rate:
        return Reply(
            code=451,
            enhanced="4.7.1",
            text=f"This login may send to {bounds.rate} recipients a minute: try again in one",
        )
    return replace(now, sent=now.sent + recipients, spent=leaked + recipients, at=at.timestamp())


def given_back(share: Share, recipients: int) -> Share:
    """The share after a message that did not leave after all."""
    return replace(share, sent=max(0, share.sent - recipients), spent=max(0.0, share.spent - recipients))


def _today(share: Share, at: datetime) -> Share:
    day = at.strftime("%Y-%m-%d")
    return share if share.day == day else replace(share, day=day, sent=0)
