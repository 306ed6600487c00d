"""TLS over a plain transport, for many short exchanges: each handshake, record and close by OpenSSL over memory.

    line = TlsLine(context, above=protocol, failed=handshake_failed, server=True)
    transport.set_protocol(line)           # STARTTLS; for TLS from the first byte on it is the connection's first protocol
    line.connection_made(transport)
    # then: protocol.connection_made(line), protocol.data_received(…), line.write(…), protocol.connection_lost(…)

The event loops' own layer holds a buffer of 256 KB for each connection and takes several times as long for a short record
(docs/performance.md). Nothing waits here: whoever uses it gives up a handshake that takes too long with ``abort``.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Any, cast

from mailstrata.adapters.outbox import Outbox

_NOBODY = asyncio.Protocol()
_RECORD = 65_536
"""More than a record holds (RFC 8446 5.1: 16,384 bytes), so that none is read in two steps."""


class TlsLine(asyncio.Protocol, asyncio.Transport):
    """A protocol to the transport below, a transport to the protocol ``above``, which hears of it when the handshake is done.

    ``failed`` is called instead when it is not to be had; the connection is gone then.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        *,
        above: asyncio.Protocol,
        failed: Callable[[Exception], None],
        outbox: Outbox,
        server: bool,
        host: str | None = None,
    ) -> None:
        super().__init__()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server, server_hostname=host)
        self._above = above
        self._outbox = outbox
        self._failed: Callable[[Exception], None] | None = failed
        """``None`` when the handshake is done."""
        self._below: asyncio.Transport
        self.stands = False
        """Whether there is a transport below."""

    # What the transport below calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to shake hands: the client speaks first (RFC 8446 2)."""
        self._below = cast("asyncio.Transport", transport)
        self.stands = True
        if not self._tls.server_side:
            self._shake()

    def data_received(self, data: bytes) -> None:
        """Bytes of the other side."""
        self._incoming.write(data)
        if self._failed is not None:
            self._shake()
        if self._failed is None and self._incoming.pending:
            self._read()

    def eof_received(self) -> bool:
        """The other side says nothing more: that is the end, with or without a word of TLS before it."""
        return False

    def pause_writing(self) -> None:
        """The other side is slow."""
        if self._failed is None:
            self._above.pause_writing()

    def resume_writing(self) -> None:
        """It took what there was."""
        if self._failed is None:
            self._above.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        if self._failed is not None:
            self._fail(exc or ConnectionResetError("closed within the handshake"))
        else:
            self._above.connection_lost(exc)
        self._above = _NOBODY  # no cycle is left for the collector, which comes seldom

    # What the protocol above calls

    def write(self, data: Any) -> None:
        """Encrypt and send; nothing once it is at its end."""
        if self._below.is_closing():
            return
        done = self._tls.write(data)
        if done < len(data):  # OpenSSL takes a record at a time
            view = memoryview(data)
            while done < len(view):
                done += self._tls.write(view[done:])
        self._outbox.write(self._below, self._outgoing.read())

    def close(self) -> None:
        """Say that it is the end (RFC 8446 6.1), and close when all is sent; the other side's word is not waited for."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()
        self._end()

    def abort(self) -> None:
        """Close now; nothing where no transport stands yet."""
        if self.stands:
            self._below.abort()

    def is_closing(self) -> bool:
        """Whether it is at its end."""
        return self._below.is_closing()

    def pause_reading(self) -> None:
        """Listen no more for now."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """Listen again."""
        self._below.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """``cipher`` and ``ssl_object``; the rest is told by the transport below."""
        if name == "cipher":
            return self._tls.cipher()
        return self._tls if name == "ssl_object" else self._below.get_extra_info(name, default)

    # Handshake and records

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except (ssl.SSLError, ssl.CertificateError) as error:
            self._end()  # with the alert that tells the other side why
            self._fail(error)
        else:
            self._flush()
            self._failed = None
            self._above.connection_made(self)

    def _fail(self, error: Exception) -> None:
        failed, self._failed = self._failed, _ignored
        if failed is not None:
            failed(error)

    def _read(self) -> None:
        """Decrypt all records that are whole, and hand them on as one."""
        pieces = []
        ended: Exception | bool = False
        try:
            while piece := self._tls.read(_RECORD):
                pieces.append(piece)
                if not self._incoming.pending:
                    break
            else:
                ended = True
        except ssl.SSLWantReadError:  # half a record, or a message of TLS's own
            self._flush()
        except ssl.SSLError as error:
            ended = error
        if pieces:
            self._above.data_received(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        if ended:
            self._end()

    def _end(self) -> None:
        """Close when what there is to say is said."""
        self._flush()
        self._outbox.flush()
        self._below.close()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._outbox.write(self._below, self._outgoing.read())


def _ignored(error: Exception) -> None:
    """After the first failure nobody is told of another."""
    del error
