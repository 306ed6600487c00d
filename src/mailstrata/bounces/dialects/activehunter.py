"""Active!hunter (TransWARE): Sendmail's frame, each recipient behind three arrows.

      ----- The following addresses had permanent fatal errors -----

    >>> ann@harbor.example <ann@harbor.example>

      ----- Transcript of session follows -----
    550 <ann@harbor.example>: Recipient address rejected: User unknown in local recipient table

The address is named twice in one line and is one recipient; the code stands in the session.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "activehunter"

_ENTRY = re.compile(rf"\n>>>[ \t]+[^\n<]{{0,320}}<{ADDRESS}>")

read = reader(
    Form(
        name=DIALECT,
        opening=("permanent fatal errors -----\n\n>>> ", "fatal errors -----\n>>> "),
        start=("fatal errors -----",),
        line=_ENTRY,
    )
)
