"""Dovecot's refusal at delivery: a read receipt by its form, a bounce by its meaning (RFC 5429).

    Your message to <ann@harbor.example> was automatically rejected:
    Quota exceeded

RFC 5429 2.2 lets a Sieve script refuse by a message disposition notification. No other read receipt is a bounce.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "dovecot"

_ENTRY = re.compile(rf"your message to <{ADDRESS}> was automatically rejected:", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("was automatically rejected:",),
        line=_ENTRY,
    )
)
