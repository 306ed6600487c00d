"""au/EZweb (KDDI, Japan): Japanese, then the reason and the recipients in English.

    The user(s) account is disabled.

    <ann@harbor.example>

    Your message was not delivered within 0 days and 1 hours.
    Remote host is not responding.

    The following recipients did not receive this message:

    <bob@harbor.example>

The reason stands before the address or, as a session, behind it.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "ezweb"

_ENTRY = re.compile(rf"\n[ \t]*<{ADDRESS}>[ \t]*(?=\n|\Z)")
_REASON = re.compile(
    r"\n((?:the user\(s\)|your message was not delivered within|each of the following|the following recipient|<<< )"
    r"[^<]*(?:<<<[^\n]*)?|<<< [^\n]*)",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        opening=(
            "the user(s) account is",
            "your message was not delivered within",
            "each of the following recipients was rejected",
            "recipients did not receive this message",
        ),
        line=_ENTRY,
        context=_REASON,
    )
)
