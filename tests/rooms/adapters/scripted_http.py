"""An HTTP server that answers by a script: whole answers, pieces of them, silence, a broken connection."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"MessageId":"0100"}'
BREAK = b"break"
"""Closes the connection without an answer."""
SILENCE = b""
"""Says nothing, ever."""
EARLY = b"early"
"""Breaks as soon as something of the request has come."""


def refusal(status: int, error: str, message: str = "", *, extra: str = "") -> bytes:
    """An error of AWS."""
    body = f'{{"message":"{message}"}}'
    return (
        f"HTTP/1.1 {status} X\r\nx-amzn-ErrorType: {error}:http://internal/\r\n{extra}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@dataclass(slots=True)
class Script:
    """The answers to come, and the requests that came."""

    url: str = ""
    answers: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    given: list[bytes] = field(default_factory=list)
    judge: Callable[[bytes], bytes] = field(default=lambda _: OK)
    """The answer to a request when the script has ended."""
    connections: int = 0
    together: int = 0
    most: int = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])


@contextlib.asynccontextmanager
async def scripted(*answers: bytes, pause: Callable[[], object] | None = None) -> AsyncIterator[Script]:
    """A server on loopback; ``pause`` gives what is awaited before each answer."""
    script = Script(answers=list(answers))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await _answered(script, reader, writer, pause=pause):
                pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**24)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield script
    await asyncio.sleep(0)


async def _answered(
    script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, pause: Callable[[], object] | None
) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    if script.answers[:1] == [EARLY]:
        script.answers.pop(0)
        writer.transport.abort()
        return False
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(length[1]) if length else 0)
    script.heads.append(head)
    script.bodies.append(body)
    script.together += 1
    script.most = max(script.most, script.together)
    waited = pause() if pause else None
    if asyncio.iscoroutine(waited):
        await waited
    script.together -= 1
    answer = script.answers.pop(0) if script.answers else script.judge(body)
    script.given.append(answer)
    if answer == BREAK:
        writer.transport.abort()
        return False
    if answer == SILENCE:
        await reader.read()
        return False
    for piece in answer.split(b"|"):
        writer.write(piece)
        await writer.drain()
    return b"close" not in answer
