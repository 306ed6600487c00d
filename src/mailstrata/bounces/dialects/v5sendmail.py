"""Sendmail 5 and the like: nothing but the session, the addresses in its last lines.

       ----- Transcript of session follows -----
    While talking to mx.harbor.example:
    >>> RCPT To:<ann@harbor.example>
    <<< 550 <ann@harbor.example>, User Unknown
    550 <ann@harbor.example>... User unknown

There is no list of addresses: the last line of the session that names an address with dots behind it tells both. Where a line
names the host only (``421 harbor.example (smtp)... Deferred``), the returned mail tells to whom it went.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailstrata.bounces.answer import Answer, answer_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import ADDRESS, Form, bounces
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.signs import may_be_a_notice

DIALECT = "v5sendmail"

_ENTRY = re.compile(rf"\n(?P<text>[45]\d\d (?:\d\.\d\.\d )?<?{ADDRESS}>?\.\.\. [^\n]*)")
_HOST_ONLY = re.compile(r"\n(?P<text>[45]\d\d (?:\d\.\d\.\d )?[\w.-]{1,253} \([a-z]{2,9}\)\.\.\. [^\n]*)")

FORM = Form(
    name=DIALECT,
    opening=("----- transcript of session follows -----", "-- transcript of session follows --"),
    line=_ENTRY,
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The addresses that the session names, else the only one of the returned mail."""
    if standard or not FORM.is_spoken_by(notice) or not may_be_a_notice(notice):
        return None
    session = notice.words[notice.lower.find("transcript of session") :]
    told = [(match["addr"], _answer(session, match)) for match in _ENTRY.finditer(session)]
    if not told and len(notice.original.recipients) == 1:
        told = [(notice.original.recipients[0], _answer(session, match)) for match in _HOST_ONLY.finditer(session)]
    return bounces(notice, told, dialect=DIALECT) or None


def _answer(session: str, match: re.Match[str]) -> Answer:
    """The line, and the conversation before it."""
    said = answer_in(match["text"])
    return replace(said, context=f"{session[max(match.start() - 600, 0) : match.start()]}\n{said.context}".strip())
