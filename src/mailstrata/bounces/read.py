"""Bytes of a mail to what it says about each recipient.

    for bounce in read(raw):
        bounce.recipient, bounce.reply

    reading(raw).kind       # what else the mail is, when it is no bounce

The standard is read first (RFC 3464); each dialect then may know better. A mail that is no bounce gives nothing. `skim` reads
the same but leaves the words around a report's answers alone until somebody asks for them: few do, for most answers say all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailstrata.bounces import rfc3464
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.dialects import REFINERS, candidates, ses
from mailstrata.bounces.kinds import Kind, asks_for_proof, is_challenge, kind_of
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.signs import names_itself_a_server
from mailstrata.formats.message import Part, parse

_BAD = frozenset({"failed", "delayed"})
_STANDARD = frozenset({rfc3464.DIALECT, ses.DIALECT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a mail is, and the recipients it speaks of; a success notice has some, too."""

    kind: Kind
    bounces: tuple[Bounce, ...] = ()


def read(raw: bytes, *, source: str = "") -> tuple[Bounce, ...]:
    """One Bounce for each recipient that the mail speaks of; empty when it is no bounce. Never raises for bad mail.

    ``source`` is written into each, so that a report can name the file.
    """
    return reading(raw, source=source).bounces


@dataclass(slots=True, eq=False)
class Skim:
    """A reading whose bounces lack the words around them and when their mail was sent; both stand in the notice."""

    kind: Kind
    notice: Notice
    bounces: tuple[Bounce, ...] = ()

    def around(self, bounce: Bounce) -> str:
        """The context of one of the bounces, whole."""
        if bounce.dialect not in _STANDARD:
            return bounce.context
        return rfc3464.context_of(self.notice, bounce)


def reading(raw: bytes, *, source: str = "") -> Reading:
    """What the mail is and says. Never raises for bad mail."""
    seen = skim(raw)
    sent = seen.notice.original.sent if seen.bounces else None
    bounces = (
        replace(bounce, source=source, context=seen.around(bounce), sent=bounce.sent or sent) for bounce in seen.bounces
    )
    return Reading(kind=seen.kind, bounces=tuple(bounces))


def skim(raw: bytes) -> Skim:
    """What the mail is and says at first sight. Never raises for bad mail."""
    notice = Notice(_innermost(parse(raw)))
    told = _told(notice)
    is_read = told.kind is not Kind.OTHER or b"delivery-status" not in notice.mail.raw
    if not is_read and names_itself_a_server(notice) and notice.returned:
        return _told(Notice(parse(notice.returned.encode("utf-8", "replace"))))  # a report passed on as plain text
    return told


def _told(notice: Notice) -> Skim:
    standard = rfc3464.read(notice)
    if not standard or not _tells_of_failure(standard):
        kind = kind_of(notice)
        if kind is not None and not standard:
            refused = _believed(notice, ()) if kind is Kind.READ_RECEIPT else ()
            return Skim(Kind.BOUNCE if refused else kind, notice, refused)
    bounces = _believed(notice, standard)
    if not bounces:
        return Skim(Kind.CHALLENGE if is_challenge(notice) else Kind.OTHER, notice)
    if not _tells_of_failure(bounces):
        return Skim(Kind.DELIVERY_REPORT, notice, bounces)
    for bounce in bounces:
        if not _asks(notice, bounce):
            return Skim(Kind.BOUNCE, notice, bounces)
    return Skim(Kind.CHALLENGE, notice)


def _tells_of_failure(bounces: tuple[Bounce, ...]) -> bool:
    return any([bounce.action in _BAD for bounce in bounces])


def _asks(notice: Notice, bounce: Bounce) -> bool:
    return is_challenge(notice) if bounce.reply is None else asks_for_proof(bounce.diagnostic)


def _believed(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...]:
    for dialect in REFINERS if standard else candidates(notice.lower):
        bounces = dialect(notice, standard)
        if bounces is not None:
            return bounces
    return standard


def _innermost(mail: Part) -> Part:
    """The report itself, where a filter on the way put it whole into a mail of its own, with the report's headers on top."""
    if mail.parameter("report-type").lower() != "delivery-status" or mail.type == "multipart/report":
        return mail
    inner = next((part.enclosed for part in mail.walk() if part.type == "message/rfc822"), None)
    return inner if inner is not None and inner.type == "multipart/report" else mail
