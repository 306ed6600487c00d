"""SES's own bounce mail, and its word for a recipient it never tried (facts.md B5, B7).

    From: MAILER-DAEMON@amazonses.com
    Diagnostic-Code: Amazon SES did not send the message to this address because it is on the suppression list for your
     account. …
    Status: 5.1.1

Such a bounce follows the standard, so this dialect only adds what SES means: a suppressed recipient's server was never
asked, the ``5.1.1`` is SES's own, and ``Final-Recipient`` is not evidence of an unknown mailbox. A refusal that SES passes on
stays what the remote server said; when SES gave up (``Message expired: unable to deliver in 840 minutes.<421 …>``) the last
server's words stand in angle brackets.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailstrata.bounces.answer import reply_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import mailbox
from mailstrata.model.names import domain_of, is_within

DIALECT = "ses"

SUPPRESSION_TEXTS = (
    ("on the suppression list for your account", "account"),
    ("has suppressed sending to this address", "global"),
)
"""SES's words, and the list they speak of (facts.md B5)."""

_SES = "amazonses.com"
_EXPIRED = re.compile(r"message expired[^<]{0,100}<([45]\d\d[^>]*)>", re.IGNORECASE)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The standard reading with SES's meaning; ``None`` when SES did not write this mail."""
    if not standard or not _is_from_ses(notice, standard[0]):
        return None
    return tuple(_as_ses_means_it(bounce) for bounce in standard)


def _is_from_ses(notice: Notice, first: Bounce) -> bool:
    if is_within(first.reporting_mta, _SES):
        return True
    return _SES in notice.sender and is_within(domain_of(mailbox(notice.sender)), _SES)


def _as_ses_means_it(bounce: Bounce) -> Bounce:
    words = bounce.diagnostic.lower()
    suppressed = next((kind for text, kind in SUPPRESSION_TEXTS if text in words), "")
    if suppressed:
        return replace(bounce, dialect=DIALECT, suppressed=suppressed, provider="amazon-ses", remote_mta="")
    expired = _EXPIRED.search(bounce.diagnostic)
    last = reply_in(expired[1]) if expired else None
    return replace(bounce, dialect=DIALECT, reply=last or bounce.reply)
