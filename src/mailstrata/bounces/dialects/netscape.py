"""Netscape Messaging Server: one reason, then all who got nothing.

    This Message was undeliverable due to the following reason:

    The user(s) account is temporarily over quota.

    <ann@harbor.example>

One reason stands before the address.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "netscape"

_ENTRY = re.compile(rf"\n[ \t]*<{ADDRESS}>")
_REASON = re.compile(r"\s*([^<]*)")

read = reader(
    Form(
        name=DIALECT,
        opening=("message was undeliverable due to the following reason",),
        start=("following reason:",),
        line=_ENTRY,
        context=_REASON,
    )
)
