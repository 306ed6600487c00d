"""Who may log in at SES's SMTP endpoint, decided as SES decides it: key id, derived password, key state, region.

    Gatekeeper(region=region, iam=iam).judge("AKIA…", "B…")      # Login(reply="235 …", principal=…)

Identity, sandbox and policies play no part here: those show after DATA (facts.md A4).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from mailstrata.lab.aws.request import Principal
from mailstrata.lab.ses.password import legacy_password, smtp_password
from mailstrata.lab.ses.state import SesRegion
from mailstrata.lab.ses.surroundings import Authority, Key

ACCEPTED = "235 Authentication successful."
INVALID = "535 Authentication Credentials Invalid"
NOT_SUBSCRIBED = "535 Account not subscribed to SES"
LEGACY = (
    "535 Signature Version 2 is deprecated for use with SES from March 26, 2021. From that date on, we are progressively "
    "rejecting such requests. To resolve the issue, you must migrate to Signature Version 4. If you created your SMTP "
    "credentials in the SES Console, please create new credentials and replace the former ones. If you are deriving "
    "Signature Version 2 credentials from a IAM user, please start using the Signature Version 4 algorithm: "
    "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/smtp-credentials.html"
)
"""Verbatim (facts.md A5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The reply to an attempt; ``principal`` is whom it let in, or ``None``."""

    reply: str
    principal: Principal | None = None


class Gatekeeper:
    """Judges logins against the live keys of IAM; ``touches_last_used`` is undocumented by AWS (facts.md I)."""

    def __init__(self, *, region: SesRegion, iam: Authority, touches_last_used: bool = True) -> None:
        self._region = region
        self._iam = iam
        self._touches = touches_last_used

    def judge(self, username: str, password: str) -> Login:
        """The reply to ``username`` with ``password``."""
        key = self._usable(username)
        if key is None:
            return Login(reply=INVALID)
        if _equal(password, legacy_password(key.secret)):
            return Login(reply=LEGACY)
        if not _equal(password, smtp_password(key.secret, self._region.name)):
            return Login(reply=INVALID)
        if not self._region.opened:
            return Login(reply=NOT_SUBSCRIBED)
        if self._touches:
            self._iam.touch(username, service="ses", region=self._region.name)
        return Login(reply=ACCEPTED, principal=self._iam.principal(username))

    def still_good(self, username: str) -> bool:
        """Whether the key behind a session is still active."""
        return self._usable(username) is not None

    def _usable(self, username: str) -> Key | None:
        """The active long-term key of that id; temporary (``ASIA``) ones are not supported (facts.md A4)."""
        if not username.startswith("AKIA"):
            return None
        key = self._iam.key(username)
        return key if key is not None and key.status == "Active" else None


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())
