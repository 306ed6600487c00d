"""An SES that fails in every way it can: the API of a fault run, with a count of what it accepted.

    async with serving(Random(7)) as api:
        api.url, api.accepted["17"]          # how often the mail with that X-Chaos-Id was accepted
        api.calm = True                      # from now on it only accepts

Each request meets one of ``FAULTS``, drawn with its weight. Beside that the key that is valid and the server's clock change.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

FAULTS = {
    "none": 75,
    "throttle": 5,
    "unavailable (503)": 2,
    "500 before accepting": 2,
    "500 after accepting": 2,
    "reset before the request was read": 3,
    "reset before accepting": 3,
    "reset after accepting": 3,
    "silence before accepting": 2,
    "silence after accepting": 2,
    "garbage for an answer": 1,
}
_ID = re.compile(rb"X-Chaos-Id: (\w+)")
_STAMP = re.compile(rb"x-amz-date: (\d{8}T\d{6}Z)")
_KEY = re.compile(rb"Credential=(\w+)/")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Api:
    """The server's state."""

    random: Random
    url: str = ""
    key: str = "AKIACHAOS0"
    skew: float = 0.0
    """Seconds by which the server's clock is ahead of the machine's."""
    calm: bool = False
    accepted: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)

    def verdict(self, head: bytes) -> str:
        """The fault that a request meets."""
        now = time.time() + self.skew
        stamp = _STAMP.search(head)
        signed = (
            datetime.strptime(stamp[1].decode(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp() if stamp else 0.0
        )
        if abs(now - signed) > 300:
            return "clock skew"
        key = _KEY.search(head)
        if not key or key[1].decode() != self.key:
            return "expired key"
        if self.calm:
            return "none"
        return self.random.choices([*FAULTS], [*FAULTS.values()])[0]

    def accept(self, body: bytes) -> bytes:
        """Count a mail and give SES's answer."""
        raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
        found = _ID.search(raw)
        self.accepted[found[1].decode() if found else "?"] += 1
        return _answer(200, json.dumps({"MessageId": f"0100-{sum(self.accepted.values())}"}))

    def refusal(self, fault: str) -> bytes:
        """What is answered to a request that was not accepted."""
        date = f"Date: {format_datetime(datetime.fromtimestamp(time.time() + self.skew, UTC), usegmt=True)}\r\n"
        kinds = {
            "throttle": (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
            "unavailable (503)": (503, "ServiceUnavailable", ""),
            "clock skew": (403, "InvalidSignatureException", "Signature expired: it is now another time"),
            "expired key": (403, "ExpiredTokenException", "The security token included in the request is expired"),
        }
        status, error, message = kinds.get(fault, (500, "InternalFailure", ""))
        return _answer(status, json.dumps({"message": message}), f"x-amzn-ErrorType: {error}\r\n{date}")


def _answer(status: int, body: str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


@contextlib.asynccontextmanager
async def serving(random: Random) -> AsyncIterator[Api]:
    """The API on loopback."""
    api = Api(random)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await _answered(api, reader, writer):
                pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**24)
    api.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield api


async def _answered(api: Api, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Serve one request; whether the connection lives on."""
    head = await reader.readuntil(b"\r\n\r\n")
    fault = api.verdict(head)
    api.met[fault] += 1
    if fault == "reset before the request was read":
        writer.transport.abort()
        return False
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    answer = api.accept(body) if fault == "none" or "after accepting" in fault else api.refusal(fault)
    if fault.startswith("reset"):
        writer.transport.abort()
        return False
    if fault.startswith("silence"):
        await reader.read()
        return False
    if fault.startswith("500"):
        answer = api.refusal(fault)
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" if fault.startswith("garbage") else answer)
    await writer.drain()
    return True
