"""What a bounce encloses of the mail it is about: often its headers alone, sometimes nothing.

    original_of(mail).subject      # "Quote for June"

The headers also hint at the way the mail took. Gmail leaves ``X-Gmail-Original-Message-ID`` in mail for an alias's server
(facts.md C3). That it also leaves ``X-Gm-Message-State``, and SES's SMTP endpoint a ``Received`` line that names itself, is
general knowledge without a stored source; mail without any of these counts as sent by the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from mailstrata.formats.message import Part
from mailstrata.model.attempt import Via
from mailstrata.model.errors import Malformed
from mailstrata.model.names import address
from mailstrata.model.values import dataclass, maker

_IN_BRACKETS = re.compile(r"<([^<>\s]{1,320})>")
_BARE = re.compile(r"[^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}")
_DATE = re.compile(
    r"(?:[A-Za-z]{3}, *)?([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9][0-9]:[0-9][0-9]:[0-9][0-9])"
    r" ([+-][0-9][0-9])([0-5][0-9])(?: \([^()]{0,40}\))?\Z"
)
_LOCAL = re.compile(r"[^\s<>()\",;:]{1,64}")
_READ = 20_000
"""Characters of a header that addresses are looked for in."""
_TRIES = 1000
"""At-signs there that are looked at."""
_MONTHS = {
    name: f"{number:02}"
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_SIMPLE = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]{1,63}\Z"
)
"""An address that `model.names` leaves as it is, but for the case of the domain."""
_ENCLOSURES = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The mail that a bounce speaks of; empty where the bounce does not tell."""

    message_id: str = ""
    x_gmail_original_message_id: str = ""
    subject: str = ""
    sender: str = ""
    via: Via = Via.SES_API
    header: Part | None = None
    """The headers that the rest is read from, when somebody asks."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses it was written to."""
        return mailboxes(self.header.get("to")) if self.header else ()

    @property
    def sent(self) -> datetime | None:
        """When it was written, by its own Date."""
        return moment(self.header.get("date")) if self.header else None


NOTHING = Original()
_made = maker(Original)


def original_of(mail: Part) -> Original:
    """The first message enclosed in ``mail``."""
    for part in mail.walk():
        inner = part.enclosed if part.type in _ENCLOSURES else None
        if inner is not None:
            return told_by(inner)
    return NOTHING


def told_by(inner: Part) -> Original:
    """What the headers of the mail that failed tell of it."""
    is_gmails = inner.mentions("\nx-gm")
    return _made(
        message_id=identifier(inner.get("message-id")),
        x_gmail_original_message_id=identifier(inner.get("x-gmail-original-message-id")) if is_gmails else "",
        subject=inner.get("subject")[:998],  # RFC 5322 2.1.1
        sender=mailbox(inner.get("from")),
        via=_via(inner, is_gmails),
        header=inner,
    )


def _via(inner: Part, is_gmails: bool) -> Via:
    if is_gmails and (inner.get("x-gmail-original-message-id") or inner.get("x-gm-message-state")):
        return Via.GMAIL_ALIAS
    if inner.mentions("email-smtp.") and any("email-smtp." in hop and "amazon" in hop for hop in inner.all("received")):
        return Via.SES_SMTP
    return Via.SES_API


def mailbox(text: str) -> str:
    """The first mail address in a header, canonical; empty when there is none in what is read of it."""
    sign = text.find("@", 0, _READ)
    first = _BARE.search(text, max(text.rfind("<", 0, sign), text.rfind(" ", 0, sign), 0), _READ) if sign >= 0 else None
    found = canonical(first[0]) if first else ""
    if found or not first:
        return found
    return next((found for each in _written(text, first.end()) if (found := canonical(each))), "")


def mailboxes(text: str) -> tuple[str, ...]:
    """Every mail address in a header such as To or X-Failed-Recipients, canonical, each once, at most 100."""
    return tuple(dict.fromkeys(found for each in _written(text, 0) if (found := canonical(each))))[:100]


def _written(text: str, at: int) -> Iterator[str]:
    """What looks like an address from a place on: from each at-sign backwards, which costs less than to try each letter."""
    sign, tries = text.find("@", at, _READ), 0
    while sign >= 0 and tries < _TRIES:
        local = _LOCAL.match(text[max(sign - 64, at) : sign][::-1])
        found = _BARE.match(text, sign - (local.end() if local else 0), _READ)
        if found:
            yield found[0]
        at, tries = found.end() if found else sign + 1, tries + 1
        sign = text.find("@", at, _READ)


@lru_cache(maxsize=256)
def canonical(text: str) -> str:
    """The address in the form of `model.names`, or empty when it is none."""
    if _SIMPLE.match(text) and len(text) < 250:
        local, _, host = text.rpartition("@")
        return f"{local}@{host.lower()}"
    if "@" not in text:
        return ""
    try:
        return address(text)
    except Malformed:
        return ""


def identifier(text: str) -> str:
    """A Message-ID without its angle brackets (RFC 5322 3.6.4)."""
    match = _IN_BRACKETS.search(text[:2000])
    return match[1] if match else text.strip()[:320]


def moment(text: str) -> datetime | None:
    """A date of RFC 5322 3.3 in UTC, or ``None`` when it is none."""
    if not text:
        return None
    usual = _DATE.match(text)
    try:
        if usual:
            return _usual(usual)
        at = parsedate_to_datetime(text[:100])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _usual(date: re.Match[str]) -> datetime:
    """A date that is written as RFC 5322 3.3 says: nine in ten are, and the library's reader is slow."""
    day, month, year, time, hours, minutes = date.groups()
    local = datetime.fromisoformat(f"{year}-{_MONTHS.get(month)}-{day if len(day) > 1 else '0' + day}T{time}+00:00")
    return local if hours[1:] == minutes == "00" else local - _offset(hours, minutes)


@lru_cache(maxsize=64)
def _offset(hours: str, minutes: str) -> timedelta:
    """How far the clocks of a zone are before UTC; raises ``ValueError`` where no clock is."""
    east = 60 * int(hours[1:]) + int(minutes)
    if east >= 24 * 60:
        raise ValueError(f"{hours}{minutes}")
    return timedelta(minutes=-east if hours[0] == "-" else east)
