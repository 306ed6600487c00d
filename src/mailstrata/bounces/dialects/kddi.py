"""KDDI's other service, au one net: a sentence over three lines.

    Your mail sent on: Tue, 12 May 2026 18:12:00 +0000
         Could not be delivered to: <ann@harbor.example>
         As their mailbox is full.

The reason is the next line.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "kddi"

_ENTRY = re.compile(rf"could not be delivered to: <{ADDRESS}>", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        sender=("no-reply", "noreply", "postmaster", "daemon"),
        opening=("could not be delivered to: <",),
        line=_ENTRY,
    )
)
