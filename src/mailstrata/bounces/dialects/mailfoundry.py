"""MailFoundry: one recipient, the server and its reply.

    Unable to deliver message to: <ann@harbor.example>
    Delivery failed for the following reason:
    Server mx.harbor.example[192.0.2.1] failed with: 550 <ann@harbor.example> No such user here

The server's name stands before its reply.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mailfoundry"

_ENTRY = re.compile(rf"unable to deliver message to: <{ADDRESS}>", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("unable to deliver message to: <",),
        line=_ENTRY,
    )
)
