"""An unnamed server, seen at Yahoo's and its partners' domains: their own accounts' refusals.

    Message from harbor.example.
    Unable to deliver message to the following address(es).

    <ann@harbor.example>:
    This user doesn't have a harbor.example account (ann@harbor.example) [0]

There is no reply code: the sentence is all that is known.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "x2"

_PARAGRAPH = re.compile(rf"\n[ \t]*<{ADDRESS}>:")

read = reader(
    Form(
        name=DIALECT,
        opening=("unable to deliver message to the following address(es)",),
        start=("following address(es).",),
        line=_PARAGRAPH,
    )
)
