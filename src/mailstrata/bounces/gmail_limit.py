"""The words by which Gmail refuses its own user's mail, since that account has sent too much in 24 hours (facts.md C1).

    is_limit("550 5.4.5 Daily user sending limit exceeded. … - gsmtp")       # True

The mail never left Gmail: neither the alias's server nor the recipient's was asked.
"""

from __future__ import annotations

import re

_LIMIT = re.compile(
    r"daily user sending (?:limit|quota) exceeded|daily smtp relay (?:sending )?limit exceeded"
    r"|you have reached a limit for sending mail|daily sending quota exceeded.{0,400}gsmtp",
    re.IGNORECASE | re.DOTALL,
)


def is_limit(text: str) -> bool:
    """Whether ``text`` is Gmail's own refusal for too much mail. SES's quota is worded otherwise (facts.md A5)."""
    return _LIMIT.search(text[:20_000]) is not None
