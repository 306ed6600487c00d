"""Google Groups' answer to mail for a group that does not exist or does not take it, in the sender's language.

    X-Failed-Recipients: crew@googlegroups.com

    Hello bob@sailing.example,

    We're writing to let you know that the group you tried to contact (crew) may not exist, or you may not have permission
    to post messages to the group. …

There is no reply code; the help centre's address is what all translations have in common.
"""

from __future__ import annotations

from mailstrata.bounces.answer import Answer
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import bounces
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import mailboxes

DIALECT = "google-groups"

_SIGNS = ("groups.google.com/support", "support.google.com/a/", "google groups")


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """One bounce for each group of the header; ``None`` when Google Groups did not write the mail."""
    if standard or not notice.mail.has("x-failed-recipients") or "google" not in notice.sender:
        return None
    if not any(sign in notice.lower for sign in _SIGNS):
        return None
    said = Answer(diagnostic=" ".join(notice.words.split())[:2000])
    failed = mailboxes(",".join(notice.mail.all("x-failed-recipients")))
    return bounces(notice, [(each, said) for each in failed], dialect=DIALECT) or None
