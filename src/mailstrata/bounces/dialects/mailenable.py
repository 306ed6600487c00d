"""MailEnable: the recipient in its own address form.

    MailEnable: Message could not be delivered to some recipients.
    The following recipient(s) could not be reached:

            Recipient: [SMTP:ann@harbor.example]
            Reason: Remote SMTP Server Returned: 550 Requested action not taken: mailbox unavailable or not local.

Auto-Submitted makes it no auto-reply: a server speaks. The recipient is written as an Exchange address.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "mailenable"

_ENTRY = re.compile(rf"recipient: \[smtp:{ADDRESS}\]", re.IGNORECASE)

read = reader(
    Form(
        name=DIALECT,
        opening=("recipient: [smtp:",),
        line=_ENTRY,
    )
)
