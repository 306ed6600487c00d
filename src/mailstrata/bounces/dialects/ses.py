"""SES's own bounce mail, and its word for a recipient it never tried (facts.md B5, B7).

    From: MAILER-DAEMON@amazonses.com
    Diagnostic-Code: Amazon SES did not send the message to this address because it is on the suppression list for your
     account. …
    Status: 5.1.1

Such a bounce follows the standard, so this dialect only adds what SES means: a suppressed recipient's server was never
asked, the ``5.1.1`` is SES's own, and ``Final-Recipient`` is not evidence of an unknown mailbox. A refusal that SES passes on
stays what the remote server said.
"""

from __future__ import annotations

from dataclasses import replace

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.original import mailbox
from mailstrata.formats.message import Part
from mailstrata.model.names import domain_of, is_within

DIALECT = "ses"

SUPPRESSION_TEXTS = (
    ("on the suppression list for your account", "account"),
    ("has suppressed sending to this address", "global"),
)
"""SES's words, and the list they speak of (facts.md B5)."""

_SES = "amazonses.com"


def read(mail: Part, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The standard reading with SES's meaning; ``None`` when SES did not write this mail."""
    if not standard or not _is_from_ses(mail, standard[0]):
        return None
    return tuple(_as_ses_means_it(bounce) for bounce in standard)


def _is_from_ses(mail: Part, first: Bounce) -> bool:
    return is_within(domain_of(mailbox(mail.get("from"))), _SES) or is_within(first.reporting_mta, _SES)


def _as_ses_means_it(bounce: Bounce) -> Bounce:
    words = bounce.diagnostic.lower()
    suppressed = next((kind for text, kind in SUPPRESSION_TEXTS if text in words), "")
    if suppressed:
        return replace(bounce, dialect=DIALECT, suppressed=suppressed, provider="amazon-ses", remote_mta="")
    return replace(bounce, dialect=DIALECT)
