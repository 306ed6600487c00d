"""Smail 3: the log, the failed addresses, the message, between bars.

    |------------------------- Failed addresses follow: ---------------------|
     ann@harbor.example ... unknown host
    |------------------------- Message text follows: ------------------------|

The reason stands behind the dots.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "smail"

_ENTRY = re.compile(rf"\n[ \t]*<?{ADDRESS}>?[ \t]*\.\.\.(?P<text>[^\n]*)")

read = reader(
    Form(
        name=DIALECT,
        opening=("failed addresses follow:",),
        start=("failed addresses follow:",),
        line=_ENTRY,
    )
)
