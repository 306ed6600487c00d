r"""What is written in one turn of the event loop leaves at its end, for all connections together.

    outbox = Outbox(loop)
    outbox.write(transport, b"250 2.0.0 Ok\r\n")

uvloop hands each write to the system at once. With many connections that wakes the other side once for each, and the system's
work, the other side's and ours take turns on the processor; written together, they are woken once for many.
"""

from __future__ import annotations

import asyncio


class Outbox:
    """Shared by the connections of one loop."""

    __slots__ = ("_loop", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[tuple[asyncio.WriteTransport, bytes]] = []

    def write(self, transport: asyncio.WriteTransport, data: bytes) -> None:
        """Send it when this turn is over."""
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append((transport, data))

    def flush(self) -> None:
        """Send all of it now: before a connection is closed, or where more is to be written than should be held."""
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            transport.write(data)
