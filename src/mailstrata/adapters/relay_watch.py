"""``/metrics`` and ``/healthz`` of the relay, on a port of this machine only: the least HTTP that Prometheus and probes need.

GET /metrics  -> 200, the counters of all processes
GET /healthz  -> 200 "ok", or 503 and why not
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

_LIMIT = 8192
_PATIENCE = 10.0

Health = Callable[[], str]
"""Why the relay cannot work now, or nothing."""


class Watch(asyncio.Protocol):
    """One request, one answer."""

    def __init__(self, *, metrics: Callable[[], str], health: Health) -> None:
        self._metrics = metrics
        self._health = health
        self._asked = b""
        self._transport: asyncio.Transport | None = None
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request, not for long."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class
        self._late = asyncio.get_running_loop().call_later(_PATIENCE, self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        del exc
        if self._late is not None:
            self._late.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer when the header section is whole; what follows it is not read."""
        self._asked += data
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if b"\r\n\r\n" in self._asked:
            transport.write(self._answer(self._asked.split(b"\r\n", 1)[0]))
            transport.close()
        elif len(self._asked) > _LIMIT:
            transport.abort()

    def _answer(self, line: bytes) -> bytes:
        method, _, rest = line.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method not in {b"GET", b"HEAD"}:
            top, body = _response("405 Method Not Allowed", "only GET and HEAD\n", more="Allow: GET, HEAD\r\n")
        elif path == b"/metrics":
            top, body = _response("200 OK", self._metrics(), kind="text/plain; version=0.0.4")
        elif path == b"/healthz":
            problem = self._health()
            top, body = _response("503 Service Unavailable" if problem else "200 OK", f"{problem or 'ok'}\n")
        else:
            top, body = _response("404 Not Found", "there are /metrics and /healthz\n")
        return top if method == b"HEAD" else top + body  # RFC 9110 9.3.2: to HEAD all but the content


def _response(status: str, body: str, *, kind: str = "text/plain", more: str = "") -> tuple[bytes, bytes]:
    encoded = body.encode("utf-8")
    top = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(encoded)}\r\n"
        f"{more}Connection: close\r\n\r\n"
    )
    return top.encode("ascii"), encoded
