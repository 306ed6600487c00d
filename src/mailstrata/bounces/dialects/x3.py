"""An unnamed server: stars before the recipients, technical details between lines of equals signs.

    Delivery to the following recipients failed permanently:

       * ann@harbor.example

    ============================================================================
                                 Technical details:

    SMTP:RCPT host 192.0.2.1: 553 5.3.0 <ann@harbor.example>... No such user here

The technical details are about all recipients with a star.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "x3"

_ENTRY = re.compile(rf"\n[ \t]*\*[ \t]*<?{ADDRESS}>?[ \t]*(?=\n|\Z)")
_DETAILS = re.compile(r"technical details:([^=]*)", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("to the following recipients failed permanently:", "to the following recipients was aborted"),
        line=_ENTRY,
        context=_DETAILS,
    )
)
