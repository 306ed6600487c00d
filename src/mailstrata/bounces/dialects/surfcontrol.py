"""SurfControl E-mail Filter: what it tried, host by host.

    Your message could not be sent.
    A transcript of the attempts to send the message follows.
    The number of attempts made: 1
    Addressed To: ann@harbor.example

    Tue, 12 May 2026 18:12:00 +0000
    Failed to send to identified host,
    ann@harbor.example: [192.0.2.1], 554 Service currently unavailable

The reply stands behind the address of the host in brackets. Subject and From tell nothing.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "surfcontrol"

_ENTRY = re.compile(rf"\n[ \t]*{ADDRESS}:[ \t]+\[[^\n\]]*\],?(?P<text>[^\n]*)")

read = reader(
    Form(
        name=DIALECT,
        opening=("a transcript of the attempts to send the message follows", "failed to send to identified host"),
        line=_ENTRY,
    )
)
