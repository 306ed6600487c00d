"""Mimecast's notice: every fact behind two dashes.

    An email that you attempted to send to the following address could not be delivered:

    -- ann@harbor.example

    The problem appears to be :

    -- Recipient email address is possibly incorrect

    Additional information follows :

    -- 5.4.1 Recipient address rejected: Access denied.

Mimecast has no reply code but passes the enhanced one on.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mimecast"

_ENTRY = re.compile(rf"\n--[ \t]+<?{ADDRESS}>?[ \t]*(?=\n|\Z)")
_INFORMATION = re.compile(
    r"\A(?:.*additional information follows|.*the problem appears to be)[ \t]*:\s*--[ \t]*(.*)",
    re.IGNORECASE | re.DOTALL,
)

read = reader(
    Form(
        name=DIALECT,
        opening=(
            "an email that you attempted to send to the following address",
            "this is a delivery failure notification message",
        ),
        line=_ENTRY,
        context=_INFORMATION,
        end=("this condition occurred", "if you sent the email to multiple"),
    )
)
