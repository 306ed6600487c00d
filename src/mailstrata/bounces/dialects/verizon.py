"""Verizon's text messages (vtext.com, vzwpix.com) and Apache James: the details as a list, the error above it.

    Error: Invalid user address

    Error message below:
    550 - Requested action not taken: no such user here

    Message details:
      Subject: Quote
      RCPT TO: ann@harbor.example

The error stands above the details that name the recipient.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "verizon"

_ENTRY = re.compile(rf"\n[ \t]*(?:RCPT TO|To):[ \t]*<?{ADDRESS}>?", re.IGNORECASE)
_ERROR = re.compile(r"error(?: message below)?:[ \t]*(.*?)(?:message details|\Z)", re.IGNORECASE | re.DOTALL)

read = reader(
    Form(
        name=DIALECT,
        opening=("message details:", "error message below:"),
        line=_ENTRY,
        context=_ERROR,
    )
)
