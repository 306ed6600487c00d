"""Lotus Domino: the subject tells the reason, the text the recipient and the reason again.

    Subject: DELIVERY FAILURE: User ann (ann@harbor.example) not listed in Domino Directory

    Your message

      Subject: Quote

    was not delivered to:

      ann@harbor.example

    because:

      User ann (ann@harbor.example) not listed in Domino Directory

The reason stands behind `because:` and has no code.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "domino"

_ENTRY = re.compile(
    rf"\n[ \t]*{ADDRESS}[ \t]*\n\s*(?:because|for the following reason):(?P<text>.*)", re.IGNORECASE | re.DOTALL
)

read = reader(
    Form(
        name=DIALECT,
        opening=("was not delivered to:", "your message was not delivered to:"),
        start=("was not delivered to:",),
        line=_ENTRY,
    )
)
