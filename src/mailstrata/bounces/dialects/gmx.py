"""GMX and mail.com: Exim's introduction, the recipients in quotes.

    This message was created automatically by mail delivery software.

    A message that you sent could not be delivered to one or more of
    its recipients. This is a permanent error. The following address
    failed:

    "ann@harbor.example":
    SMTP error from remote server after RCPT command:
    host: mx.harbor.example
    5.1.1 <ann@harbor.example>... User Unknown

The enhanced code may be all that is told of the reply.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "gmx"

_ENTRY = re.compile(rf"\n[ \t]*\"{ADDRESS}\":")

read = reader(
    Form(
        name=DIALECT,
        opening=("created automatically by mail delivery software",),
        start=("failed:",),
        line=_ENTRY,
    )
)
