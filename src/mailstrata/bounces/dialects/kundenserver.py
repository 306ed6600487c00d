"""1&1 (kundenserver.de, mail.com): Exim's introduction; the reason behind the address or behind a line of its own.

    This message was created automatically by mail delivery software.

    A message that you sent could not be delivered to one or more of
    its recipients. This is a permanent error.

    The following address failed:

    ann@harbor.example

    For the following reason:

    Mail size limit exceeded.

Its warning of a delay names the addresses in angle brackets.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "kundenserver"

_ENTRY = re.compile(rf"\n[ \t]*<?{ADDRESS}>?:?[ \t]*(?=\n|\Z)")

read = reader(
    Form(
        name=DIALECT,
        opening=("created automatically by mail delivery software",),
        start=(
            "address failed:",
            "addresses failed:",
            "addresses\nfailed:",
            "address\nfailed:",
            "to the following addresses:",
        ),
        end=("no action is required",),
        line=_ENTRY,
    )
)
