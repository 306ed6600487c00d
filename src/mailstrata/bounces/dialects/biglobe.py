"""Biglobe (Japan): the recipients, then one reason for all.

       ----- The following addresses had delivery problems -----
    ann@harbor.example

       ----- Non-delivered information -----
    The number of messages in recipient's mailbox exceeded the local limit.

One reason stands behind the list of recipients.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import BARE, Form, reader

DIALECT = "biglobe"

_REASON = re.compile(r"non-delivered information -----(.*)", re.IGNORECASE | re.DOTALL)

read = reader(
    Form(
        name=DIALECT,
        opening=("----- non-delivered information -----",),
        start=("delivery problems -----",),
        line=BARE,
        context=_REASON,
    )
)
