"""Trend Micro InterScan: the two lines of the session that failed.

    Sent <<< RCPT TO:<ann@harbor.example>
    Received >>> 550 5.1.1 <ann@harbor.example>... user unknown

VirusWall writes the sentence ``Unable to deliver message to <ann@harbor.example>.`` instead.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "interscan"

_ENTRY = re.compile(
    rf"(?:sent[ \t]*[<>]+[ \t]*rcpt to:[ \t]*|unable to deliver message to[ \t]+|rcpt to:[ \t]*)<{ADDRESS}>",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        opening=("sent <<< ", "unable to deliver message to <", "interscan"),
        line=_ENTRY,
    )
)
