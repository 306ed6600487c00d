"""Signature Version 4 for the one request that is sent thousands of times a second: ``SendEmail`` (IAM user guide, "Create a
signed AWS API request").

    signer = Signer(host="email.us-east-1.amazonaws.com", region="us-east-1")
    signer.head(key, payload=sha256_hex, length=5800, moment=time.time())

boto's signer takes 125 us for a message (performance.md 1). Here all that stays the same within a second is made once in a
second, and the key of the day once a day; what is left are two SHA-256 and one HMAC over short strings.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "ses"
PATH = "/v2/email/outbound-emails"
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
"""A key's bytes with the pads of RFC 2104 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """AWS credentials of the moment. ``token`` is empty for a key that is not temporary."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Second:
    """What is the same for all requests of one second by one key."""

    canonical: bytes = field(repr=False)
    """The canonical request up to the hash of the payload."""
    to_sign: bytes
    """The string to sign up to the hash of the canonical request."""
    inner: _Hash = field(repr=False)
    outer: _Hash = field(repr=False)
    """The two halves of an HMAC with the key of the day, begun (RFC 2104 4): a third of the time of a whole one."""
    head: bytes = field(repr=False)
    """The request's head up to the signature."""


class Signer:
    """Signs requests to one host in one region. Not for several threads."""

    def __init__(self, *, host: str, region: str) -> None:
        self._host = host
        self._region = region
        self._second: _Second | None = None
        self._for: tuple[int, Key] | None = None
        self._day_keys: dict[tuple[str, Key], bytes] = {}

    def head(self, key: Key, *, payload: str, length: int, moment: float) -> bytes:
        """The whole head of a request whose body has the SHA-256 ``payload`` (hexadecimal) and ``length`` bytes."""
        known = (int(moment), key)
        if known != self._for or self._second is None:
            self._second, self._for = self._made(*known), known
        second = self._second
        canonical = sha256(second.canonical + payload.encode()).hexdigest().encode()
        inner, outer = second.inner.copy(), second.outer.copy()
        inner.update(second.to_sign + canonical)
        outer.update(inner.digest())
        signature = outer.hexdigest().encode()
        return b"%b%b\r\nContent-Length: %d\r\n\r\n" % (second.head, signature, length)

    def _made(self, moment: int, key: Key) -> _Second:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        scope = f"{stamp[:8]}/{self._region}/{SERVICE}/aws4_request"
        headers = [("content-type", "application/json"), ("host", self._host), ("x-amz-date", stamp)]
        if key.token:
            headers.append(("x-amz-security-token", key.token))
        names = ";".join(name for name, _ in headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers)
        sent = "".join(f"{name}: {value}\r\n" for name, value in headers)
        day_key = self._day_key(stamp[:8], key).ljust(64, b"\0")
        credential = f"Authorization: {ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature="
        return _Second(
            canonical=f"POST\n{PATH}\n\n{lines}\n{names}\n".encode(),
            to_sign=f"{ALGORITHM}\n{stamp}\n{scope}\n".encode(),
            inner=sha256(day_key.translate(_INNER)),
            outer=sha256(day_key.translate(_OUTER)),
            head=f"POST {PATH} HTTP/1.1\r\nuser-agent: mailstrata\r\n{sent}{credential}".encode(),
        )

    def _day_key(self, day: str, key: Key) -> bytes:
        made = self._day_keys.get((day, key))
        if made is None:
            made = b"AWS4" + key.secret.encode()
            for step in (day, self._region, SERVICE, "aws4_request"):
                made = hmac.digest(made, step.encode(), "sha256")
            self._day_keys = {(day, key): made}
        return made
