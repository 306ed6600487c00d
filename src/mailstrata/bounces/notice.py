"""A mail as a notice: who wrote it, its own words, and what it returns of the mail that it is about.

    notice = Notice(parse(raw))
    notice.sender, notice.subject    # ("mailer-daemon@harbor.example (mail delivery system)", "returned mail: user unknown")
    notice.words                     # the text that the mail server wrote, without the mail it returns

Each of these is worked out when it is first asked for and kept: most dialects look at the headers and go.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailstrata.bounces.answer import Answer, answer_in
from mailstrata.bounces.original import NOTHING, Original, identifier, original_of, told_by
from mailstrata.bounces.returned import cut, mail_in
from mailstrata.formats.message import Part, parse

WORDS_LIMIT = 60_000
"""Characters of a notice's words that are read."""
HEADER_LIMIT = 20_000
"""Characters of its From and of its Subject."""

_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/td|/th|/li|/h\d|p|div|tr|li|h\d)\b[^<>]{0,500}>", re.IGNORECASE)
_NO_TEXTS = ("text/html", "image/", "application/", "audio/", "video/")
_ENCLOSURES = frozenset({"text/rfc822-headers", "text/rfc822"})
_UNSEEN = ("style", "script", "head")
_DELAYS = (
    "will be retried",
    "still being retried",
    "delivery attempts will continue",
    "will continue to attempt",
    "continue to be attempted",
    "warning message only",
    "warning only",
    "this is just a warning",
    "has been delayed",
    "has been postponed",
    "not yet been delivered",
    "still trying",
    "will keep trying",
    "message delayed",
)


@dataclass(slots=True, eq=False)
class Notice:
    """One mail that may be a bounce."""

    mail: Part
    sender: str = field(init=False)
    """Its From, in lower case."""
    subject: str = field(init=False)
    """Its Subject, in lower case."""
    _words: str | None = None
    _lower: str = ""
    _rest: str = ""
    _original: Original | None = None
    _answer: Answer | None = None
    _transcript: str | None = None
    _named: tuple[str, int] = ("", 0)

    def __post_init__(self) -> None:
        """Look at the headers alone."""
        self.sender = self.mail.get("from")[:HEADER_LIMIT].lower()
        self.subject = self.mail.get("subject")[:HEADER_LIMIT].lower()

    @property
    def words(self) -> str:
        """The text that the mail server wrote, beginning with a newline; HTML without its tags where there is no text."""
        if self._words is None:
            text = "\n" + "\n".join(_texts(self.mail))[:WORDS_LIMIT]
            lower = text.lower()
            if len(lower) != len(text):  # U+0130 is two letters in lower case; places must agree
                lower = "".join(each.lower() if each.isascii() else each for each in text)
            end = cut(text, lower)
            self._words, self._lower, self._rest = text[:end], lower[:end], text[end:]
        return self._words

    @property
    def lower(self) -> str:
        """The words in lower case, to look for phrases in."""
        if self._words is None and not self.words:
            return ""
        return self._lower

    def place_of(self, recipient: str) -> int:
        """Where the words first name a recipient, -1 when they do not; of the one asked for last it is known."""
        if self._named[0] != recipient:
            self._named = (recipient, self.lower.find(recipient.lower()))
        return self._named[1]

    @property
    def answer(self) -> Answer:
        """What the words answer, whomever it is about."""
        if self._answer is None:
            self._answer = answer_in(self.words)
        return self._answer

    @property
    def transcript(self) -> str:
        """The beginning of sendmail's record of the conversation; empty where there is none."""
        if self._transcript is None:
            lower = self.lower
            start = max(lower.find(">>> "), lower.find("transcript of session follows"))
            self._transcript = self.words[start : start + 600] if start >= 0 else ""
        return self._transcript

    @property
    def returned(self) -> str:
        """What follows the words in the same text: the returned mail, when it is no part of its own."""
        return mail_in(self._rest) if self.words and self._rest else ""

    @property
    def original(self) -> Original:
        """What the notice returns of the mail that failed: a part of its own, or text behind the words."""
        if self._original is None:
            told = original_of(self.mail)
            returned = self.returned if told is NOTHING else ""
            if returned:
                told = told_by(parse(returned.encode("utf-8", "replace")))
            answered = "" if told.message_id else self._answered()
            self._original = replace(told, message_id=answered) if answered else told
        return self._original

    def _answered(self) -> str:
        """The mail that the notice is an answer to, when it encloses none (RFC 5322 3.6.4)."""
        named = self.mail.get("in-reply-to") or self.mail.get("references").rpartition("<")[2]
        return identifier(named).rstrip(">")

    @property
    def is_delay(self) -> bool:
        """Whether it warns that the mail is late, and is not the end (RFC 3464 2.3.3)."""
        lower = self.lower
        return any(map(lower.__contains__, _DELAYS))


def _texts(mail: Part) -> list[str]:
    """The plain texts before the returned mail; else the HTML."""
    shown = [part for part in _before_the_mail(mail) if part.type == "text/plain" or not part.parts]
    plain = [part for part in shown if not part.type.startswith(_NO_TEXTS)]
    written = [text for part in plain[:4] if (text := part.beginning(WORDS_LIMIT)) and not text.isspace()]
    return written or [_without_tags(part.beginning(2 * WORDS_LIMIT)) for part in shown[:4] if part.type == "text/html"]


def _before_the_mail(mail: Part) -> Iterator[Part]:
    for part in mail.walk():
        media = part.type
        if media.startswith("message/") or media in _ENCLOSURES:
            if part is not mail and media in {"message/rfc822", "text/rfc822-headers"}:
                return
        elif not media.startswith("multipart/") or not part.parts:
            yield part


def _without_tags(text: str) -> str:
    for name in _UNSEEN:
        text = _without_element(text, name)
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def _without_element(text: str, name: str) -> str:
    """The text without what stands between the tags of an element that nobody sees."""
    lower, seen, at = text.lower(), [], 0
    while (start := lower.find(f"<{name}", at)) >= 0 and (end := lower.find(f"</{name}", start)) >= 0:
        seen.append(text[at:start])
        at = end
    return "".join([*seen, text[at:]])
