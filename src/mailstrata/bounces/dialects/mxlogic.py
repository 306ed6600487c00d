"""MX Logic (later McAfee SaaS): a line for each recipient with the reply behind it.

    This message was created automatically by mail delivery software.

    A message that you have sent could not be delivered to one or more
    recipients.  This is a permanent error.  The following address failed:

      <ann@harbor.example>: 550 5.1.1 <ann@harbor.example>: Recipient address rejected

One line is all there is.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mxlogic"

_ENTRY = re.compile(rf"\n[ \t]*<{ADDRESS}>:")

read = reader(
    Form(
        name=DIALECT,
        opening=("a message that you have sent could not be delivered",),
        start=("failed:",),
        line=_ENTRY,
    )
)
