"""Bigfoot: the session alone, with the command before each refusal.

       ----- Transcript of session follows -----
    >>> RCPT TO:<ann@harbor.example>
    <<< 553 Invalid recipient ann@harbor.example (Mode: normal)

The refusal belongs to the command above it.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "bigfoot"

_ENTRY = re.compile(
    rf"\n[ \t]*>>>[ \t]*rcpt to:[ \t]*<{ADDRESS}>[^\n]*\n(?P<text>[ \t]*<<<[ \t]*[45]\d\d[^\n]*(?:\n[ \t]*<<<[^\n]*){{0,5}})",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        opening=(">>> rcpt to:",),
        line=_ENTRY,
    )
)
