"""Postfix's notice as text: the report beside it is missing, as before Postfix 2.0, or was lost on the way.

    This is the mail system at host mx.sailing.example.

    <ann@harbor.example> (expanded from <crew@sailing.example>): host mx.harbor.example[192.0.2.1] said: 550 5.1.1
        <ann@harbor.example>... User unknown (in reply to RCPT TO command)

The report is missing: the entry ends at the colon, the alias that it was expanded from is not the recipient.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "postfix"

_ENTRY = re.compile(rf"\n<{ADDRESS}>(?:,?\s+\((?:expanded from|orig_to=)[^)]{{0,320}}\))?:")

read = reader(
    Form(
        name=DIALECT,
        opening=(
            "this is the postfix program at host",
            "this is the mail system at host",
            "this is the mail system at",
            "i'm sorry to have to inform you that",
        ),
        line=_ENTRY,
    )
)
