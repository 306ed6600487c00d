"""m-FILTER (Digital Arts): Japanese, then the recipient and the reply behind lines of dashes.

    ann@harbor.example

    -------server message
    550 5.1.1 <ann@harbor.example>: Recipient address rejected: User unknown in local recipient table

    -------SMTP command
    DATA

The reply ends where the SMTP command is told: DATA is no part of it.
"""

from __future__ import annotations

from mailstrata.bounces.form import BARE, Form, reader

DIALECT = "mfilter"

read = reader(
    Form(
        name=DIALECT,
        opening=("-------server message",),
        end=("-------smtp command",),
        line=BARE,
    )
)
