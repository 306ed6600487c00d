"""The relay's log: one JSON object a line, one line a message. No password, no subject, no body is ever in it.

journal = Journal(sys.stderr.buffer, clock)
journal.message(offer, reply, seconds=0.041, size=4096)
journal.note("reloaded", certificate="exchanged")
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from typing import BinaryIO

import msgspec

from mailstrata.model.ports import Clock
from mailstrata.model.reply import Reply
from mailstrata.relay.offer import Offer

_RECIPIENTS = 10
"""Recipients that a line names; the rest is counted."""
_HELD = 0.05
"""Seconds for which lines are gathered: under load one write for many. The ledger has what a crash takes with it."""


class Journal:
    """Writes lines, those of a twentieth of a second together. A log that cannot be written to does not stop the mail."""

    def __init__(self, stream: BinaryIO, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._encoder = msgspec.json.Encoder()
        self._process = os.getpid()
        self._lines: list[bytes] = []

    def message(self, offer: Offer, reply: Reply, *, seconds: float, size: int) -> None:
        """What became of one message: who, from where, to whom, how large, what was answered, how long it took."""
        self._write(
            {
                "at": self._clock.now().isoformat(),
                "event": "message",
                "login": offer.login,
                "from": offer.sender,
                "to": offer.recipients[:_RECIPIENTS],
                "recipients": len(offer.recipients),
                "bytes": size,
                "code": reply.code,
                "enhanced": reply.enhanced,
                "answer": reply.text,
                "seconds": round(seconds, 4),
                "peer": offer.peer,
                "session": offer.session,
                "tls": offer.tls,
            }
        )

    def note(self, event: str, **facts: object) -> None:
        """Anything else that happened."""
        self._write({"at": self._clock.now().isoformat(), "event": event, "process": self._process, **facts})

    def flush(self) -> None:
        """Write what is held back."""
        lines, self._lines = self._lines, []
        if lines:
            with contextlib.suppress(OSError, ValueError):
                self._stream.write(b"".join(lines))
                self._stream.flush()

    def _write(self, line: dict[str, object]) -> None:
        self._lines.append(_ascii(self._encoder.encode(line)) + b"\n")
        if len(self._lines) > 1:
            return
        try:
            asyncio.get_running_loop().call_later(_HELD, self.flush)
        except RuntimeError:  # no loop: nobody would flush
            self.flush()


def _ascii(line: bytes) -> bytes:
    """JSON with all beyond printable ASCII escaped, since somebody reads it at a terminal; most lines have nothing such."""
    if line.isascii() and b"\x7f" not in line:
        return line
    return json.dumps(json.loads(line)).replace("\x7f", "\\u007f").encode("ascii")


class LogLines(logging.Handler):
    """What the parts of the relay log in words, as lines of the same form."""

    def __init__(self, stream: BinaryIO, clock: Clock) -> None:
        super().__init__(logging.INFO)
        self._journal = Journal(stream, clock)

    def flush(self) -> None:
        """Write what is held back; Python's logging asks for it at the end."""
        self._journal.flush()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one."""
        self._journal.note("log", level=record.levelname.lower(), text=record.getMessage())
