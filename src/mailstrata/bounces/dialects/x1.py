"""An unnamed server in Japan: the reason in square brackets.

    The original message was received at Tue, 12 May 2026 18:12:00 +0000
    from bob@sailing.example

    ---The following addresses had delivery errors---

    ann@harbor.example [User unknown]

The brackets hold all the reason there is.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "x1"

_ENTRY = re.compile(rf"\n[ \t]*{ADDRESS}[ \t]+\[(?P<text>[^\n\]]*)\]")

read = reader(
    Form(
        name=DIALECT,
        opening=("---the following addresses had delivery errors---",),
        start=("delivery errors---",),
        line=_ENTRY,
    )
)
