"""Exchange 5.5 to 2003 (Internet Mail Service): the recipient, the time, the reason in words.

    Your message

      To:      ann@harbor.example
      Subject: Quote

    did not reach the following recipient(s):

    ann@harbor.example on Tue, 12 May 2026 18:12:00 +0000
        The recipient name is not recognized
        MSEXCH:IMS:HARBOR:DOCK:QUAY 0 (000C05A6) Unknown Recipient

Its MAPI code (``000C05A6``) is no SMTP reply. Exchange 4 and Outlook write ``could not be reached:`` instead.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "exchange2003"

_ENTRY = re.compile(
    r"(?:\n[ \t]*[\"']?|^[ \t]+|\n[ \t]*[cC]=[^\n@]{1,200}SMTP=)"
    rf"<?{ADDRESS}>?[\"']?(?:;?[ \t]+on[ \t]+[^\n]*)?(?=[ \t]*(?:\n|\Z))"
)
"""On a line of its own, or within an X.400 address (``c=US;a= ;p=dock;dda:SMTP=ann@harbor.example;``)."""

read = reader(
    Form(
        name=DIALECT,
        opening=(
            "did not reach the following recipient",
            "recipient(s) could not be reached:",
            "recipients could not be reached:",
        ),
        start=("following recipient(s):", "could not be reached:", "following recipient:"),
        line=_ENTRY,
    )
)
