"""Courier's notice as text: the session stands behind each recipient.

    UNDELIVERABLE MAIL

    Your message to the following recipients cannot be delivered:

    <ann@harbor.example>:
        mx.harbor.example [192.0.2.1]:
    >>> RCPT TO:<ann@harbor.example>
    <<< 550 5.1.1 <ann@harbor.example>... User Unknown

The line behind `<<<` is what the server said.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "courier"

_ENTRY = re.compile(rf"\n[ \t]*<{ADDRESS}>:")

read = reader(
    Form(
        name=DIALECT,
        opening=("your message to the following recipients cannot be delivered", "undeliverable mail\n"),
        start=("cannot be delivered:",),
        line=_ENTRY,
    )
)
