"""Zoho's notice: one line a recipient, the codes behind labels.

    This message was created automatically by mail delivery software.
    A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

    ann@harbor.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <ann@harbor.example>... User Unknown

    [Status: Error, Address: <bob@harbor.example>, ResponseCode 421, , Host not reachable.]

Code and enhanced code each stand behind `ERROR_CODE :`; a host that is silent gives a line of another kind.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "zoho"

_ENTRY = re.compile(
    rf"\n[ \t>\[<]*(?:Status: \w{{1,20}}, Address: <)?{ADDRESS}[>\]]?,?[ \t]+"
    r"(?:ResponseCode )?(?P<text>[^\n]*(?:ERROR_CODE[^\n]*|\]))"
)

read = reader(
    Form(
        name=DIALECT,
        opening=("error_code :", "[status: error, address:"),
        line=_ENTRY,
    )
)
