"""fml, a mailing list manager: it refuses articles in the name of the list.

    Duplicated Message-ID in <crew@sailing.example>.

    Original mail as follows:

The list's own address is the recipient that failed.
"""

from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, Form, reader

DIALECT = "fml"

_ENTRY = re.compile(
    r"(?P<text>(?:duplicated message-id in|not member article from|this article is rejected by|the mail is from"
    r"|you are not a member of this mailing list|has detected a loop condition|reject mail from|reject spammers:"
    rf"|security alert:|loop back warning:)[^\n<]*<?{ADDRESS}>?[^\n]*)",
    re.IGNORECASE,
)

read = reader(
    Form(
        name=DIALECT,
        sender=("-admin@", "-request@", "owner-", "fml"),
        opening=(
            "duplicated message-id in",
            "not member article from",
            "this article is rejected by",
            "you are not a member of this mailing list",
            "has detected a loop condition",
            "reject mail from",
            "reject spammers:",
            "security alert:",
            "loop back warning:",
        ),
        line=_ENTRY,
    )
)
