"""Yahoo's notice: qmail's form with a phase in brackets at its end.

    Sorry, we were unable to deliver your message to the following address.

    <ann@harbor.example>:
    Remote host said:
    550 5.1.1 <ann@harbor.example>... User Unknown
    [RCPT_TO]

The phase in brackets at the end is Yahoo's own and no part of a code.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "yahoo"

_PARAGRAPH = re.compile(rf"\n[ \t]*<{ADDRESS}>:")

read = reader(
    Form(
        name=DIALECT,
        opening=("sorry, we were unable to deliver your message to the following address",),
        line=_PARAGRAPH,
    )
)
