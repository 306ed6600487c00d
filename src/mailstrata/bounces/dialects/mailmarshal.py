"""MailMarshal: the reply first, then whom it struck.

    Could not be delivered because of

    550 5.1.1 User unknown

    The following recipients were affected:

        ann@harbor.example

One reply stands before all the recipients that it struck.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import BARE, Form, reader

DIALECT = "mailmarshal"

_REASON = re.compile(r"\A(.*?)the following recipients were affected", re.IGNORECASE | re.DOTALL)

read = reader(
    Form(
        name=DIALECT,
        opening=("the following recipients were affected:",),
        start=("could not be delivered because of",),
        end=("additional information",),
        line=BARE,
        context=_REASON,
    )
)
