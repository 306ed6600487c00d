"""A request as it came over the wire, and calls to an ASGI application in memory.

    response = await call(app, WireRequest(method="GET", path="/2013-04-01/hostedzone"))

The gate verifies signatures over exactly these bytes; what is decoded comes after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from mailstrata.lab.aws.request import AwsError, AwsResponse

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Message, Receive, Send], Awaitable[None]]

MAX_BODY = 64 << 20
"""Bytes of a body: SES takes 40 MB of message, which base64 makes 54 MB (facts.md A6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """Method, path and query still percent-encoded, headers with lower-case names (repeated ones joined by commas)."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    source_ip: str = "127.0.0.1"


async def read(scope: Message, receive: Receive) -> WireRequest:
    """Read a whole request from ASGI; raises ``AwsError`` (413) beyond ``MAX_BODY``."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
        if len(body) > MAX_BODY:
            raise AwsError("RequestEntityTooLarge", f"the lab takes bodies up to {MAX_BODY} bytes", status=413)
    raw_path = scope.get("raw_path") or scope["path"].encode()
    return WireRequest(
        method=scope["method"],
        path=raw_path.decode("latin-1").partition("?")[0],
        query=scope.get("query_string", b"").decode("latin-1"),
        headers=_joined(scope["headers"]),
        body=bytes(body),
        source_ip=(scope.get("client") or ("127.0.0.1",))[0],
    )


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def call(app: AsgiApp, request: WireRequest) -> AwsResponse:
    """Let ``app`` answer ``request`` in memory."""
    answer = _Answer(request.body)
    await app(_scope(request), answer.receive, answer.send)
    return AwsResponse(status=answer.status, body=bytes(answer.body), headers=answer.headers)


async def write(response: AwsResponse, send: Send) -> None:
    """Send a whole response to ASGI."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


class _Answer:
    """Both ends of one call: gives the body once, collects the response."""

    def __init__(self, body: bytes) -> None:
        self.status = 500
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self._parts = [body]

    async def receive(self) -> Message:
        if self._parts:
            return {"type": "http.request", "body": self._parts.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = _joined(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _scope(request: WireRequest) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": request.method,
        "path": unquote(request.path),
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()],
        "client": (request.source_ip, 0),
        "server": ("127.0.0.1", 0),
    }
