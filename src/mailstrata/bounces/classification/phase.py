r"""At which point of the SMTP conversation a mail was refused: ``connect``, ``mail``, ``rcpt``, ``data``, or unknown.

    phase("550 no such user (in reply to RCPT TO command)", "")       # "rcpt"
    phase("550 no such user", ">>> DATA\n<<< 550 No such user")     # "data"

The same words mean more at RCPT, where only the recipient's address is in question, than after the whole mail was seen.
"""

from __future__ import annotations

import re
from functools import cache

from mailstrata.bounces.classification.phrasebook import Phrasebook
from mailstrata.bounces.classification.spoken import spoken
from mailstrata.bounces.classification.table import written

_TRANSCRIPT = re.compile(r">>>\s?([A-Za-z]{4})\b(?:(?!>>>).){0,600}?<<<\s?[45]\d\d", re.DOTALL)
"""Sendmail's record of the conversation: what it said and what it got."""

_BRACKETED = re.compile(r"\[(RCPT|MAIL)_(?:TO|FROM)\]")
"""Yahoo's note behind an answer."""

_VERBS = {"helo": "connect", "ehlo": "connect", "mail": "mail", "rcpt": "rcpt", "data": "data"}
_SCANNED = 4000


def phase(answer: str, context: str) -> str:
    """The phase that ``answer`` names, else the one that ``context`` shows, both as they are; empty when neither does."""
    return _named(answer) or _recorded(context) or (_named(context) if context else "")


@cache
def _book() -> Phrasebook:
    return Phrasebook(written("phases"))


def _named(text: str) -> str:
    noted = _BRACKETED.search(text) if "_" in text else None
    words = spoken(text)
    return _VERBS[noted[1].lower()] if noted else next((row.phase for row in _book().rows(words)), "")


def _recorded(context: str) -> str:
    if ">>>" not in context:
        return ""
    match = _TRANSCRIPT.search(context[:_SCANNED])
    return _VERBS.get(match[1].lower(), "") if match else ""
