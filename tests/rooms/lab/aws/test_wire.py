from __future__ import annotations

import asyncio

from mailstrata.lab.aws.request import AwsResponse
from mailstrata.lab.aws.wire import Message, Receive, Send, WireRequest, call, read, write


async def mirror(scope: Message, receive: Receive, send: Send) -> None:
    """Answer with what was read."""
    wire = await read(scope, receive)
    headers = {"X-Path": wire.path, "X-Query": wire.query, "X-Seen": wire.headers["x-twice"]}
    await write(AwsResponse(status=201, body=wire.body, headers=headers), send)


def test_a_call_in_memory_carries_everything() -> None:
    """Path and query stay encoded, header names are in lower case, body and status come back."""
    request = WireRequest(
        method="PUT", path="/a%2Fb", query="x=%20", headers={"x-twice": "1"}, body=b"body", source_ip="192.0.2.1"
    )
    response = asyncio.run(call(mirror, request))
    assert (response.status, response.body) == (201, b"body")
    assert response.headers == {"x-path": "/a%2Fb", "x-query": "x=%20", "x-seen": "1"}


def test_repeated_headers_are_joined() -> None:
    """A header that comes twice counts as one with both values, as signatures take it (RFC 9110 5.2)."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Message = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"X-Twice", b"1"), (b"x-twice", b"2")],
        "client": ("192.0.2.1", 1),
    }
    wire = asyncio.run(read(scope, receive))
    assert (wire.headers, wire.source_ip) == ({"x-twice": "1,2"}, "192.0.2.1")


def test_an_application_that_reads_on_sees_the_end() -> None:
    """After the body an application hears that the caller is gone, and does not wait for ever."""

    async def patient(scope: Message, receive: Receive, send: Send) -> None:
        kinds = [(await receive())["type"] for _ in range(2)]
        await write(AwsResponse(body=" ".join(kinds).encode()), send)

    response = asyncio.run(call(patient, WireRequest(method="GET", path="/")))
    assert response.body == b"http.request http.disconnect"
