"""AUTH PLAIN and AUTH LOGIN, line by line (RFC 4954, RFC 4616; LOGIN as clients have always spoken it).

exchange = Exchange.begin("PLAIN AGFubgBzZWNyZXQ=")        # Credentials(username="ann", password=…)
exchange = Exchange.begin("LOGIN")                         # asks: exchange.prompt, then exchange.go_on(line)
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from mailstrata.model.reply import Reply

MECHANISMS = "PLAIN LOGIN"
_LONGEST = 255
"""RFC 4616 2: characters of a name or of a password."""
_CANCELLED = Reply(code=501, enhanced="5.7.0", text="Login cancelled")
_UNREADABLE = Reply(code=501, enhanced="5.5.2", text="This is no base64 of a login")
_UNKNOWN = Reply(code=504, enhanced="5.5.4", text=f"Known mechanisms: {MECHANISMS}")
_ANOTHER = Reply(code=535, enhanced="5.7.8", text="Nobody may act for another user here")
_PROMPTS = {"PLAIN": "", "LOGIN": "VXNlcm5hbWU6"}
_PASSWORD_PROMPT = "UGFzc3dvcmQ6"  # noqa: S105 - base64 of "Password:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client gave."""

    username: str
    password: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """An AUTH that waits for the client's next line; ``prompt`` is what the server asks with."""

    mechanism: str
    prompt: str
    _username: str | None = None

    @classmethod
    def begin(cls, rest: str) -> Exchange | Credentials | Reply:
        """What follows from the words behind AUTH: an exchange, at once the credentials, or a refusal."""
        name, _, initial = rest.partition(" ")
        mechanism = name.upper()
        if mechanism not in _PROMPTS:
            return _UNKNOWN
        exchange = cls(mechanism=mechanism, prompt=_PROMPTS[mechanism])
        if not initial:
            return exchange
        return exchange.go_on("" if initial == "=" else initial)  # RFC 4954 4: "=" is an empty response

    def go_on(self, line: str) -> Exchange | Credentials | Reply:
        """What follows from the client's next line."""
        if line == "*":
            return _CANCELLED
        text = _decoded(line)
        if text is None:
            return _UNREADABLE
        return self._plain(text) if self.mechanism == "PLAIN" else self._login(text)

    def _plain(self, text: str) -> Credentials | Reply:
        parts = text.split("\0")
        if len(parts) != 3:
            return _UNREADABLE
        acts_for, username, password = parts
        if acts_for not in {"", username}:
            return _ANOTHER
        return _credentials(username, password)

    def _login(self, text: str) -> Exchange | Credentials | Reply:
        if self._username is None:
            self._username, self.prompt = text, _PASSWORD_PROMPT
            return self
        return _credentials(self._username, text)


def _credentials(username: str, password: str) -> Credentials | Reply:
    if not 1 <= len(username) <= _LONGEST or not 1 <= len(password) <= _LONGEST or not username.isprintable():
        return _UNREADABLE
    return Credentials(username=username, password=password)


def _decoded(line: str) -> str | None:
    try:
        return base64.b64decode(line.encode("ascii"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError):
        return None
