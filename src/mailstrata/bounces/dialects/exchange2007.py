"""Exchange 2007 and later, and Exchange Online, as text: what stands below "Generating server".

    Delivery has failed to these recipients or groups:

    ann@harbor.example

    Diagnostic information for administrators:

    Generating server: QUAY.harbor.example

    ann@harbor.example
    #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

The part for people is translated, the part for administrators keeps its shape: the address alone on a line, the reply
behind ``#`` or in quotes on the next (facts.md D1).
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "exchange2007"

_ENTRY = re.compile(
    rf"\n[ \t]*{ADDRESS}[ \t]*\n+[ \t]*(?P<text>(?:#|[^\n]{{0,60}}['\"]#?(?=[45]\d\d))[^\n]*(?:\n(?!\n)[^\n]*){{0,6}})",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        opening=("\n#5", "\n#4", "'5", "'4", "'#5", "'#4"),
        line=_ENTRY,
    )
)
