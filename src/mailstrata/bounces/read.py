"""Bytes of a mail to what it says about each recipient.

    for bounce in read(raw):
        bounce.recipient, bounce.reply

The standard is read first (RFC 3464); each dialect then may know better. A mail that is no bounce gives nothing.
"""

from __future__ import annotations

from dataclasses import replace

from mailstrata.bounces import rfc3464
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.dialects import DIALECTS
from mailstrata.formats.message import Part, parse


def read(raw: bytes, *, source: str = "") -> tuple[Bounce, ...]:
    """One Bounce for each recipient that the mail speaks of; empty when it is no bounce. Never raises for bad mail.

    ``source`` is written into each, so that a report can name the file.
    """
    bounces = _believed(parse(raw))
    return tuple(replace(bounce, source=source) for bounce in bounces) if source else bounces


def _believed(mail: Part) -> tuple[Bounce, ...]:
    standard = rfc3464.read(mail)
    for _, dialect in DIALECTS:
        bounces = dialect(mail, standard)
        if bounces is not None:
            return bounces
    return standard
