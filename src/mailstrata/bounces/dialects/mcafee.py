"""McAfee's mail gateways: the reply in brackets behind the recipient.

    --- The following addresses had delivery problems ---

    <ann@harbor.example>   (5.1.1 <ann@harbor.example>... User unknown)

Without its report the text has an enhanced code and no reply code.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mcafee"

_ENTRY = re.compile(rf"\n[ \t]*<{ADDRESS}>[ \t]+\((?P<text>[^\n]*)\)")

read = reader(
    Form(
        name=DIALECT,
        opening=("--- the following addresses had delivery problems ---",),
        start=("delivery problems ---",),
        line=_ENTRY,
    )
)
