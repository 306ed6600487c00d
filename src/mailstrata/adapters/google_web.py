"""Google's servers asked over one kept connection: each answer bounded, waited for and asked again when they are busy.

    web = Web("https://gmail.googleapis.com")
    web.ask("GET", "/gmail/v1/users/me/profile", {"authorization": "Bearer …"})     # Answer(status=200, …)

Only for requests that may be sent twice. TLS is verified; a server without TLS must be on this machine, which is a test's.
"""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from mailstrata.model.errors import Refusal

SECONDS = 30
"""How long any one answer may take to begin and to go on."""
SIZE_LIMIT = 48 * 1024 * 1024
"""Bytes of an answer that are read: a mail of 32 MiB in base64 (RFC 4648), and what stands around it."""
TRIES = 7
LONGEST = 64.0
"""Seconds between two tries, at most."""

_RATE = re.compile(rb"(?i)rateLimitExceeded|userRateLimitExceeded|RESOURCE_EXHAUSTED|quota exceeded")
_BUSY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes
    retry_after: str = ""
    """The header of that name (RFC 9110 10.2.3)."""

    @property
    def is_busy(self) -> bool:
        """Whether the same may be answered later. Google says that a quota is used up as 429 or as 403."""
        return self.status in _BUSY or (self.status == 403 and _RATE.search(self.body[:4000]) is not None)


class Web:
    """One server. ``pause`` waits some seconds; tests count them."""

    def __init__(
        self, url: str, *, context: ssl.SSLContext | None = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._place = _place(url)
        self._context = context
        self._pause = pause
        self._open: http.client.HTTPConnection | None = None

    @property
    def host(self) -> str:
        """The server's name, for messages."""
        return self._place[1]

    def close(self) -> None:
        """Let go of the connection."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """The answer; asked again, each time after twice as long, while the server is busy or cannot be reached.

        Raises ``Refusal`` (status 3) when it never answers, or is busy to the end.
        """
        said = ""
        for number in range(TRIES):
            try:
                answer = self._asked(method, path, headers, body)
            except ssl.SSLCertVerificationError as error:
                raise Refusal(f"{self.host}: {error.verify_message}", "nothing was sent to it", status=3) from None
            except (OSError, http.client.HTTPException) as error:
                self.close()
                said, wait = _words(error), 2.0**number
            else:
                if not answer.is_busy:
                    return answer
                said, wait = f"it is busy (HTTP {answer.status})", _wait(answer, number)
            if number + 1 < TRIES:
                self._pause(min(wait, LONGEST))
        raise Refusal(f"{self.host} does not answer: {said}", "try again later; nothing was changed", status=3)

    def _asked(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        connection = self._open or self._connected()
        connection.request(method, path, body=body or None, headers=dict(headers))
        with connection.getresponse() as response:
            read = response.read(SIZE_LIMIT)
            is_whole = response.isclosed() or not response.read(1)
            answer = Answer(status=response.status, body=read, retry_after=response.getheader("Retry-After") or "")
        if not is_whole:
            self.close()
        return answer

    def _connected(self) -> http.client.HTTPConnection:
        scheme, host, port = self._place
        if scheme == "https":
            context = self._context or ssl.create_default_context()
            self._open = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
        else:
            self._open = http.client.HTTPConnection(host, port, timeout=SECONDS)
        return self._open


def _place(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if not host or not (scheme == "https" or (scheme == "http" and _is_here(host))):
        raise Refusal(f"{url[:200]!r} is no address of a server with TLS", "write https://HOST")
    return scheme, host, port or (443 if scheme == "https" else 80)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]


def _wait(answer: Answer, number: int) -> float:
    """As long as the server wishes, else 1, 2, 4, … seconds."""
    wished = answer.retry_after.strip()
    return float(wished) if wished.isascii() and wished.isdigit() and len(wished) < 6 else 2.0**number
