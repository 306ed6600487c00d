"""Identifiers of AWS's shapes, the same in each run of a scenario.

    ids = Ids("two-faults")
    ids.access_key_id(account="123456789012")      # AKIA…, 20 characters
    ids.message_id()         # 0100018f…-000000, the shape that SES gives

Deterministic, so that the recording of a lab diagnosis can be compared byte for byte; not secret, so never for real use.
"""

from __future__ import annotations

import hashlib
import string
from itertools import count

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET = string.ascii_letters + string.digits + "+/"
_ACCOUNT_BITS = 0x7FFFFFFFFF80 << 32
_TOKEN = string.ascii_lowercase + string.digits


class Ids:
    """A stream of identifiers that depends on ``seed`` and on nothing else.

    With ``key`` an identifier depends on the seed and that key alone, however many others were drawn before.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = count()

    def access_key_id(self, key: str = "", *, account: str, temporary: bool = False) -> str:
        """A long-term (``AKIA``) or temporary (``ASIA``) access key id, 20 characters.

        The 12-digit ``account`` is encoded in it as AWS does: bits 7 to 46 of the first 48 of its base32 part.
        """
        drawn = int.from_bytes(self._digest("key-id", key)[:10], "big")
        number = (drawn & ~_ACCOUNT_BITS) | (int(account) << 39) | 1 << 79
        letters = [_BASE32[number >> shift & 31] for shift in range(75, -1, -5)]
        return ("ASIA" if temporary else "AKIA") + "".join(letters)

    def secret_access_key(self, key: str = "") -> str:
        """A secret access key, 40 characters."""
        return self._letters("secret", key, alphabet=_SECRET, length=40)

    def unique_id(self, prefix: str, key: str = "") -> str:
        """IAM's unique id of a user (``AIDA``), role (``AROA``) or group (``AGPA``), 21 characters."""
        return prefix + self._letters(prefix, key, alphabet=_BASE32, length=17)

    def token(self, key: str = "") -> str:
        """One Easy DKIM token, 32 characters of ``a-z0-9``."""
        return self._letters("token", key, alphabet=_TOKEN, length=32)

    def message_id(self, key: str = "") -> str:
        """A message id as SES gives it: ``0100018f….-…-000000`` (60 characters)."""
        hexed = self._digest("message", key).hex()
        parts = (hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:32])
        return f"0100019{hexed[32:41]}-" + "-".join(parts) + "-000000"

    def hex(self, key: str = "", *, length: int = 32) -> str:
        """Lower-case hexadecimal digits, at most 64."""
        return self._digest("hex", key).hex()[:length]

    def _digest(self, kind: str, key: str) -> bytes:
        drawn = key or f"#{next(self._count)}"
        return hashlib.sha256(f"{self._seed}/{kind}/{drawn}".encode()).digest()

    def _letters(self, kind: str, key: str, *, alphabet: str, length: int) -> str:
        number = int.from_bytes(self._digest(kind, key) + self._digest(kind + "+", key), "big")
        letters = []
        for _ in range(length):
            number, index = divmod(number, len(alphabet))
            letters.append(alphabet[index])
        return "".join(letters)
