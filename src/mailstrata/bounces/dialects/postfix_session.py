r"""Postfix tells its postmaster of a session that went wrong on Postfix's own side.

    Subject: Postfix SMTP server: errors from mx.harbor.example[192.0.2.1]

    Transcript of session follows.

     In:  RCPT TO:<ann@harbor.example>
     Out: 250 2.1.5 Ok
     In:  DATA
     Out: 451 4.3.0 Error: queue file write error

Each recipient of the session shares the first refusal behind it; the client is expected to try again after a 4xx.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "postfix-session"

_ENTRY = re.compile(rf"\n In:[ \t]+RCPT\s+TO:<{ADDRESS}>[^\n]*", re.IGNORECASE)
_REFUSAL = re.compile(r"\n Out:[ \t]+((?:[45]\d\d)[ -](?:[^\n]*\n(?! In:))*[^\n]*)")

read = reader(
    Form(
        name=DIALECT,
        subject=("postfix smtp server: errors",),
        opening=("transcript of session follows",),
        line=_ENTRY,
        context=_REFUSAL,
    )
)
