"""PMDF, Sun Internet Mail Server and Oracle Messaging Server as text: labels for every fact.

    Your message cannot be delivered to the following recipients:

      Recipient address: ann@harbor.example
      Reason: Remote SMTP server has rejected address
      Diagnostic code: smtp;550 5.1.1 User Unknown
      Remote system: dns;mx.harbor.example

As text, the labels are those of the report with a space for the dash.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "pmdf"

_ENTRY = re.compile(
    rf"\n[ \t]*recipient address:[ \t]*<?{ADDRESS}>?[ \t]*(?P<text>(?:\n[ \t]++(?!remote system|recipient address)[^\n]*)*)",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        opening=("recipient address: ",),
        line=_ENTRY,
    )
)
