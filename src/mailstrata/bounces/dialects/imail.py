"""IMail (X-Mailer: SMTP32): one line a recipient, the reason before the address.

    Subject: Undeliverable Mail
    X-Mailer: <SMTP32 v8.22>

    User mailbox exceeds allowed size: ann@harbor.example

The reason stands before the address on the same line.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "imail"

_ENTRY = re.compile(
    rf"(?P<text>\n[^\n:@]{{3,80}}(?::|[ \t])[ \t]{{0,8}}<?{ADDRESS}>?[^\n]*(?:\n(?!\n|[^\n]{{3,80}}: [^\n ]+@)[^\n]+){{0,4}})"
)

read = reader(
    Form(
        name=DIALECT,
        header=(("x-mailer", "smtp32"),),
        line=_ENTRY,
    )
)
