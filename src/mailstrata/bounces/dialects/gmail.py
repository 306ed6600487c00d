"""Gmail's older notice: plain text without a delivery-status, the last server's words behind a lead-in.

    Delivery to the following recipient failed permanently:

         ann@harbor.example

    Technical details of permanent failure:
    Google tried to deliver your message, but it was rejected by the recipient domain. … The error that the other server
    returned was: 550 550 5.1.1 user unknown (state 14).

Google writes the reply code twice; the state is its own. A delay is told in the same form.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import BARE, Form, reader

DIALECT = "gmail"

_DETAILS = re.compile(r"technical details of (?:permanent|temporary) failure:(.*)", re.IGNORECASE | re.DOTALL)

read = reader(
    Form(
        name=DIALECT,
        sender=("google",),
        opening=("delivery to the following recipient",),
        line=BARE,
        context=_DETAILS,
    )
)
