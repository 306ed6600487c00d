"""An unnamed server that counts its errors.

    We had trouble delivering your message. Full details follow:

    1 error(s):

    SMTP Server <mx.harbor.example> rejected recipient <ann@harbor.example> (Error following RCPT command). It responded as
    follows: [550 5.1.1 User unknown]

The whole is one sentence; the reply stands in square brackets, folded over two lines.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "x6"

_ENTRY = re.compile(rf"(?P<text>\n[^\n]{{0,400}}recipient <{ADDRESS}>(?:[^\n]*\n(?!\n)){{0,4}}[^\n]*)", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("we had trouble delivering your message",),
        line=_ENTRY,
    )
)
