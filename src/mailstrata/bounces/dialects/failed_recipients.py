"""A notice whose header names the recipients: Exim's invention, taken up by Gmail, Google Groups and Mail.Ru.

    X-Failed-Recipients: ann@harbor.example, bob@harbor.example

The text beside it may be in any language, so the reply is looked for near each recipient's name.
"""

from __future__ import annotations

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import bounces
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import mailboxes
from mailstrata.bounces.rfc3464 import answer_about

DIALECT = "failed-recipients"


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """One bounce for each address in the header; ``None`` without the header."""
    if standard or not notice.mail.has("x-failed-recipients"):
        return None
    failed = mailboxes(",".join(notice.mail.all("x-failed-recipients")))
    return bounces(notice, [(each, answer_about(notice, each)) for each in failed], dialect=DIALECT) or None
