"""qmail's notice, QSBMF: a paragraph for each recipient, which begins with its address.

    Hi. This is the qmail-send program at mx.sailing.example.
    I'm afraid I wasn't able to deliver your message to the following addresses.
    This is a permanent error; I've given up. Sorry it didn't work out.

    <ann@harbor.example>:
    192.0.2.1 does not like recipient.
    Remote host said: 550 5.1.1 <ann@harbor.example>... User unknown
    Giving up on 192.0.2.1.

The introduction is often translated or rewritten by the site; the paragraphs stay (cr.yp.to/proto/qsbmf.txt).
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "qmail"

_PARAGRAPH = re.compile(
    rf"\n[ \t]*<{ADDRESS}>:[ \t]*"
    r"(?P<text>(?:\n(?!giving up on |i'm not going to try |[ \t]*<[^\s<>]+>:[ \t]*\n)[^\n]*)*)(?=\n|\Z)",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        subject=("failure notice", "failure", "deliver", "undeliver", "returned", "bounce"),
        opening=(
            "qmail-send program",
            "i wasn't able to deliver your message",
            "this is a permanent error; i've given up",
            "giving up on ",
            "no mailbox here by that name",
            "this is the machine generated message from mail service",
            "was not delivered to the following address:",
            "this message was created automatically by the mail system (ecelerity)",
        ),
        line=_PARAGRAPH,
    )
)
