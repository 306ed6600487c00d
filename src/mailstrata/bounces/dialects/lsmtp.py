"""LSMTP (L-Soft): a list made for LISTSERV to read.

    --> Error description:
    Error-for:  ann@harbor.example
    Error-Code: 0
    Error-Text: Mailer mx.harbor.example said:
                "554 Message looping (received 6 times)"

    Error-End:  One error reported.

Its numeric codes are its own.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "lsmtp"

_ENTRY = re.compile(rf"\nerror-for:[ \t]*<?{ADDRESS}>?(?:\s*error-code:[^\n]*)?", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("--> error description:",),
        end=("error-end:",),
        line=_ENTRY,
    )
)
