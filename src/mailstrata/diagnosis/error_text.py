"""What an error text that somebody pasted says of the mail: which way it went, how it ended, and to whom it was.

way(setup, "535 Authentication Credentials Invalid", classify(pasted(…)))     # GMAIL_ALIAS, REFUSED_AT_RELAY
recipient_in(setup, "550 5.1.1 <peter@dock.example>: User unknown", Outcome.BOUNCED)        # "peter@dock.example"
"""

from __future__ import annotations

import re

from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.gmail_limit import is_limit
from mailstrata.diagnosis.paths import SIMULATOR
from mailstrata.model import names
from mailstrata.model.attempt import Outcome, Via
from mailstrata.model.errors import Malformed
from mailstrata.model.finding import Confidence, Stratum
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Setup

_AT_LOGIN = frozenset({454, 530, 534, 535})
_BY_SMTP = ("CustomFromDenied", "AUTH", "554 Access denied", "554 Message rejected", "554 Transaction failed")
_BY_API = ("MessageRejected", "AccessDenied", "MailFromDomainNotVerified", "SendingPaused", "when calling the Send")
_DROPPED = ("recipient-suppressed", "recipient-globally-suppressed")
_NAMED = re.compile(r"<?([^\s<>@,;:()\"']{1,64}@[A-Za-z0-9.-]{1,253})>?")


def way(setup: Setup, error: str, said: Classification) -> tuple[Via, Outcome]:
    """The way an error text speaks of: 53x is said at the login, so the mail went by SMTP and was refused there.

    What SES itself says is a refusal before it took the mail, at the SMTP endpoint or by its API (facts.md A5); what the
    recipient's server says comes after that.
    """
    if is_limit(error):
        return Via.GMAIL_ALIAS, Outcome.REFUSED_AT_RELAY
    reply = Reply.parse(error)
    smtp = Via.GMAIL_ALIAS if setup.aliases else Via.SES_SMTP
    if said.code in _DROPPED:
        return Via.SES_API, Outcome.SUPPRESSED
    if (reply is not None and reply.code in _AT_LOGIN) or any(word in error for word in _BY_SMTP):
        return smtp, Outcome.REFUSED_AT_RELAY
    if any(word in error for word in _BY_API):
        return Via.SES_API, Outcome.REFUSED_AT_RELAY
    if _is_ours(said):
        return Via.SES_API if reply is None else smtp, Outcome.REFUSED_AT_RELAY
    return Via.SES_API, _ending(said, reply)


def _is_ours(said: Classification) -> bool:
    """Whether the words are clear, and SES's own: about the endpoint, the account or the identity."""
    return said.stratum not in (Stratum.RECIPIENT, Stratum.INBOUND) and said.confidence is not Confidence.POSSIBLE


def _ending(said: Classification, reply: Reply | None) -> Outcome:
    if reply is not None and not reply.temporary:
        return Outcome.BOUNCED
    if said.stratum is not Stratum.RECIPIENT or said.code is None or said.confidence is Confidence.POSSIBLE:
        return Outcome.UNKNOWN
    return Outcome.BOUNCED if reply is None else Outcome.DELAYED


def recipient_in(setup: Setup, error: str, outcome: Outcome) -> str:
    """To whom the mail was: the first foreign address in the text; empty where none is told.

    A refusal before SES took the mail says nothing of the recipient: the simulator stands in for anybody.
    """
    if outcome is Outcome.REFUSED_AT_RELAY or outcome is Outcome.UNKNOWN:
        return f"success@{SIMULATOR}"
    for found in _NAMED.finditer(error[:2000]):
        try:
            address = names.address(found[1].rstrip("."))
        except Malformed:
            continue
        if not names.is_within(names.domain_of(address), setup.domain):
            return address
    return ""
