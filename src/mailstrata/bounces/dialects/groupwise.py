"""Novell GroupWise: the recipient, and in brackets why not.

    The message that you sent was undeliverable to the following:
            ann@harbor.example (user not found)

The reason in brackets is not part of the address.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "groupwise"

_ENTRY = re.compile(rf"\n[ \t]*(?:[^\n@<]{{0,60}}<)?{ADDRESS}>?")

read = reader(
    Form(
        name=DIALECT,
        opening=("the message that you sent was undeliverable to the following",),
        start=("to the following:",),
        line=_ENTRY,
    )
)
