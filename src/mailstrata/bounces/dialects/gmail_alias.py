"""Gmail's bounce for a "Send mail as" alias whose server would not take the mail (facts.md C3).

    X-Failed-Recipients: peter@dock.example
    ...
    Learn more here: https://support.google.com/mail/?p=CustomFromDenied

    The response was:

    535 Authentication Credentials Invalid

Its delivery-status is empty and its text is translated, so two things alone are sure: the recipient stands in
``X-Failed-Recipients``, and the link has the parameter ``p=CustomFromDenied`` in every language. The last paragraph is the
answer of the alias's server. The recipient's server was never asked, so sending again makes no duplicate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import Original, mailboxes, moment
from mailstrata.formats.message import Part
from mailstrata.model.attempt import Via
from mailstrata.model.reply import Reply

DIALECT = "gmail-alias"

_SIGN = "CustomFromDenied"
_RAW_SIGN = _SIGN.encode()
_HIDING = frozenset({"quoted-printable", "base64"})
"""The transfer encodings behind which the sign may be."""
_LINK = re.compile(r"[?&]p=CustomFromDenied\b[^\n]*")
_LEAD_IN = re.compile(r"The response(?: from the remote server)? was:", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TEXTS = ("text/plain", "text/html")
_TEXT_LIMIT = 200_000


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The bounce that this is, one for each recipient; ``None`` when it is another mail."""
    mail = notice.mail
    if standard and standard[0].reply is not None:
        return None
    named = mail.get("x-failed-recipients")
    failed = mailboxes(named) if named else ()
    if not failed and mail.parameter("report-type") != "delivery-status":
        return None
    if not _may_have_the_sign(mail):
        return None
    words = next((text for text in _texts(mail) if _LINK.search(text)), "")
    if not words:
        return None
    original = notice.original
    recipients = failed or original.recipients or tuple(bounce.recipient for bounce in standard)
    return tuple(_bounce(mail, original, recipient, _answer(words)) for recipient in recipients)


def _bounce(mail: Part, original: Original, recipient: str, answer: str) -> Bounce:
    return Bounce(
        recipient=recipient,
        action="failed",
        reply=Reply.parse(answer),
        diagnostic=" ".join(answer.split()),
        dialect=DIALECT,
        at=moment(mail.get("date")),
        message_id=original.message_id,
        x_gmail_original_message_id=original.x_gmail_original_message_id,
        subject=original.subject,
        sender=original.sender,
        alias=original.sender or None,
        provider="gmail",
        via=Via.GMAIL_ALIAS,
    )


def _may_have_the_sign(mail: Part) -> bool:
    """Whether to look for the sign at all: few mails have it, and to decode their texts costs more."""
    return _RAW_SIGN in mail.raw or any(
        [part.transfer_encoding in _HIDING for part in mail.walk() if part.type in _TEXTS]
    )


def _texts(mail: Part) -> Iterator[str]:
    """The mail's own words that have the sign: its plain texts, then its HTML without tags."""
    yield from _with_the_sign(mail, "text/plain")
    yield from (_TAG.sub("\n\n", text) for text in _with_the_sign(mail, "text/html"))


def _with_the_sign(mail: Part, media: str) -> Iterator[str]:
    texts = (part.beginning(_TEXT_LIMIT) for part in mail.walk() if part.type == media)
    return (text for text in texts if _SIGN in text)


def _answer(words: str) -> str:
    """The paragraph after the English lead-in; in another language the last one after the link."""
    lead_in = _LEAD_IN.search(words)
    if lead_in:
        return next(iter(_paragraphs(words[lead_in.end() :])), "")
    link = _LINK.search(words)
    after = _paragraphs(words[link.end() :]) if link else []
    return after[-1] if after else ""


def _paragraphs(text: str) -> list[str]:
    return [block.strip()[:2000] for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
