"""What an SMTP server said: reply code, enhanced status code and text (RFC 5321 4.2, RFC 3463).

Reply.parse("535 Authentication Credentials Invalid")
Reply(code=535, enhanced="", text="Authentication Credentials Invalid")
"""

from __future__ import annotations

import re

from mailstrata.model.values import dataclass

_LINE = re.compile(r"\s*([2-5][0-9]{2})(?:[ -]\s*|\s*\Z)(?:([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|\Z))?(.*)", re.DOTALL)
_AGAIN = re.compile(r"\s*[\r\n]+\s*([2-5][0-9]{2})[ -](?:[245]\.[0-9]{1,3}\.[0-9]{1,3}\s)?")
_LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply, its lines joined. ``enhanced`` is empty when the server gave no enhanced code."""

    code: int
    text: str
    enhanced: str = ""

    @classmethod
    def parse(cls, text: str) -> Reply | None:
        """The reply that ``text`` begins with, or ``None`` when it begins with no reply code."""
        match = _LINE.match(_AGAIN.sub(" ", text[:_LIMIT]))
        if not match:
            return None
        return cls(code=int(match[1]), enhanced=match[2] or "", text=" ".join(match[3].split()))

    @property
    def temporary(self) -> bool:
        """A 4xx: the same command may succeed later (RFC 5321 4.2.1)."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)
