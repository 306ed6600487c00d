"""OpenSMTPD: greets, and lists each recipient with the reply on one line.

        Hi!

        This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.

        An error has occurred while attempting to deliver a message for
        the following list of recipients:

    ann@harbor.example: 550 5.1.1 <ann@harbor.example>... User Unknown

Its warning of a delay has the same form.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "opensmtpd"

_ENTRY = re.compile(rf"\n[ \t]*{ADDRESS}:[ \t]")

read = reader(
    Form(
        name=DIALECT,
        opening=("this is the mailer-daemon, please do not reply",),
        start=("list of recipients:", "recipients:"),
        end=("below is a copy",),
        line=_ENTRY,
    )
)
