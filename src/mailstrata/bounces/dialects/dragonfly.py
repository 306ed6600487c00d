"""DragonFly Mail Agent: one recipient, the server and the command that it refused, the reply verbatim.

    This is the DragonFly Mail Agent v0.13 at sailing.example.

    There was an error delivering your mail to <ann@harbor.example>.

    mx.harbor.example [192.0.2.1] did not like our RCPT TO:
    550 5.1.1 <ann@harbor.example>... User Unknown

From has no address at all. The sentence names the recipient, the lines below are the reply.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "dragonfly"

_ENTRY = re.compile(rf"error delivering your mail to <{ADDRESS}>\.?")

read = reader(
    Form(
        name=DIALECT,
        opening=("dragonfly mail agent",),
        line=_ENTRY,
    )
)
