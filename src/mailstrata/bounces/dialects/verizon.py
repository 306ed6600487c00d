"""Verizon's text messages (vtext.com, vzwpix.com) and Apache James: the details as a list, the error above it.

    Error: Invalid user address

    Error message below:
    550 - Requested action not taken: no such user here

    Message details:
      Subject: Quote
      RCPT TO: ann@harbor.example

The error stands above the details that name the recipient, or above the returned mail itself.
"""

from __future__ import annotations

import re

from mailstrata.bounces.answer import NOTHING, answer_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import ADDRESS, Form, bounces, reader
from mailstrata.bounces.notice import Notice

DIALECT = "verizon"

_ENTRY = re.compile(rf"\n[ \t]*(?:RCPT TO|To):[ \t]*<?{ADDRESS}>?", re.IGNORECASE)
_ERROR = re.compile(r"error(?: message below)?:[ \t]*(.*?)(?:message details|\Z)", re.IGNORECASE | re.DOTALL)

_SENDERS = ("@vtext.com", "vzwpix.com")

_detailed = reader(
    Form(
        name=DIALECT,
        opening=("message details:", "error message below:"),
        line=_ENTRY,
        context=_ERROR,
    )
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The recipients of the details, else those of the returned mail."""
    if standard:
        return None
    if any(name in notice.sender for name in _SENDERS) and "error:" in notice.lower:
        said = _ERROR.search(notice.words)
        answer = answer_in(said[1]) if said else NOTHING
        told = [(each, answer) for each in notice.original.recipients]
        return _detailed(notice, standard) or bounces(notice, told, dialect=DIALECT) or None
    return _detailed(notice, standard)
