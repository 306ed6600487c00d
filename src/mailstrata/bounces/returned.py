r"""Where a notice ends and the mail that it returns begins, when both stand in one text.

    text = "\nSorry.\n--- Below this line is a copy of the message.\n\nSubject: Quote\n"
    cut(text, text.lower())        # 7
    mail_in(text[7:])              # "Subject: Quote\n"

What stands in the returned mail is its author's, not the mail server's: addresses and codes in it must never be taken for an
answer. Servers mark the place with a line of their own, or just begin with the header ``Received``.
"""

from __future__ import annotations

import re

MARKS = (
    "this is a copy of",
    "this is the mail you sent",
    "below this line is a copy",
    "below the next line is a copy",
    "below is a copy of",
    "enclosed is a copy",
    "included is a copy",
    "here is a copy of",
    "here is your returned mail",
    "a copy of the original",
    "copy of your message",
    "your original message",
    "original message",
    "original mail",
    "the original message",
    "the header of the original",
    "the header and top",
    "header of the source mail",
    "message header",
    "message text follows",
    "message contents follow",
    "unsent message",
    "undelivered message",
    "returned message",
    "returned mail follows",
    "start of returned message",
    "old message:",
    "bounced e-mail",
    "the following is a copy",
    "the text of the original",
    "rejected message follows",
    "content of the message",
)
"""How the line begins, after dashes and the like, that parts the two."""

_PHRASES = "|".join(re.escape(mark) for mark in sorted(MARKS))
_FIRST_HEADERS = "received|return-path|delivered-to|dkim-signature|x-received"
_MARK = re.compile(rf"\n[^\w\n]{{0,80}}+(?:(?:{_PHRASES})(?! (?:size|was|could|has|had|id)\b)|(?:{_FIRST_HEADERS}):)")
_HEADER = re.compile(r"\n[>| ]{0,4}(?=[A-Z][A-Za-z-]{1,40}:)")


def cut(text: str, lower: str) -> int:
    """Where in a text, given in lower case, too, the returned mail begins; its length when there is none."""
    mark = _MARK.search(lower)
    return mark.start() if mark else len(text)


def mail_in(text: str) -> str:
    """The mail in what follows the mark: from its first header on."""
    header = _HEADER.search(text)
    return text[header.end() :] if header else ""
