"""The password that belongs to an access key, from the place that the setup names.

    await Passwords(secrets, setup).of("AKIAEXAMPLE", host="email-smtp.us-east-1.amazonaws.com")    # a Credential, or Unknown

A password lives in a ``Credential``, whose repr hides it, for as long as the login takes; it is in no message, exception or
log. Where only the IAM secret is kept, the password is derived from it for the region of the host (facts.md A3).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailstrata.credentials.derivation import smtp_password
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Unknown
from mailstrata.model.ports import Secrets
from mailstrata.model.setup import Alias, Setup

_KEY_ID = re.compile(r"A[A-Z]IA[A-Z0-9]{1,28}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a login takes."""

    username: str
    password: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Equal for equal passwords, and nothing more."""
        return hashlib.sha256(self.password.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def sendable(self) -> bool:
        """Whether SASL PLAIN can carry it: UTF-8 without NUL, not empty (RFC 4616 2)."""
        try:
            both = (self.username.encode(), self.password.encode())
        except UnicodeEncodeError:
            return False
        return all(text and b"\0" not in text for text in both)


class Passwords:
    """Finds passwords by their key id: that of the alias whose username it is."""

    def __init__(self, secrets: Secrets, setup: Setup) -> None:
        self._secrets = secrets
        self._setup = setup

    async def of(self, key_id: str, *, host: str) -> Credential | Unknown:
        """The credential of ``key_id`` for a login at ``host``."""
        alias = self._alias(key_id)
        if alias is None:
            return Unknown(
                reason=f"no password of {key_id} at hand",
                needs="the alias's `secret` in the setup: where its password is kept",
            )
        try:
            fields = await self._secrets.read(alias.secret)
        except Refusal as refusal:
            return Unknown(reason=f"the password of {key_id} cannot be read: {refusal.message}", needs=refusal.hint)
        return self._credential(fields, key_id, replace(alias, host=host))

    def _alias(self, key_id: str) -> Alias | None:
        return next((alias for alias in self._setup.aliases if alias.username == key_id and alias.secret), None)

    def _credential(self, fields: Mapping[str, str], key_id: str, alias: Alias) -> Credential | Unknown:
        username = fields.get("username", "")
        if username not in {"", key_id}:
            other = username if _KEY_ID.match(username) else "another username"
            return Unknown(
                reason=f"{alias.secret} holds the credential of {other}, not of {key_id}, which the alias uses",
                needs=f"the credential of {key_id} in {alias.secret}, or that of {alias.secret} typed into Gmail",
            )
        if fields.get("password"):
            return Credential(username=key_id, password=fields["password"])
        secret = fields.get("secret_access_key", "")
        if secret.isascii() and secret:
            return Credential(username=key_id, password=smtp_password(secret, alias.region or self._setup.region))
        return Unknown(
            reason=f"{alias.secret} holds no password of {key_id}",
            needs=f"`password` or `secret_access_key` in {alias.secret}",
        )
