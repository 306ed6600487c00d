"""MDaemon: the recipients behind an arrow, then the whole session.

    The following addresses did NOT receive a copy of your message:

    > ann@harbor.example

    --- Session Transcript ---
     RCPT To:<ann@harbor.example>
     550 5.1.1 <ann@harbor.example>... User unknown

The session behind the list has greetings and capabilities; the first refusal counts.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mdaemon"

_ENTRY = re.compile(rf"\n>[ \t]*<?{ADDRESS}>?")

read = reader(
    Form(
        name=DIALECT,
        opening=("did not receive a copy of your message",),
        start=("copy of your message:",),
        line=_ENTRY,
    )
)
