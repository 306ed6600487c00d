"""Sendmail 5 and the like: nothing but the session, the addresses in its last lines.

       ----- Transcript of session follows -----
    While talking to mx.harbor.example:
    >>> RCPT To:<ann@harbor.example>
    <<< 550 <ann@harbor.example>, User Unknown
    550 <ann@harbor.example>... User unknown

There is no list of addresses: the last line of the session that names an address with dots behind it tells both.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "v5sendmail"

_ENTRY = re.compile(rf"\n(?P<text>[45]\d\d (?:\d\.\d\.\d )?<?{ADDRESS}>?\.\.\. [^\n]*)")

read = reader(
    Form(
        name=DIALECT,
        opening=("----- transcript of session follows -----", "-- transcript of session follows --"),
        line=_ENTRY,
    )
)
