"""TLS over a plain transport: what one side writes the other reads, however the bytes are cut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator

import pytest
import trustme

from mailstrata.adapters.outbox import Outbox
from mailstrata.adapters.tls_line import TlsLine

NAME = "smtp.sailing.example"


class Wire(asyncio.Transport):
    """One end of a plain connection: what is written waits to be carried over."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.sent += data

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def abort(self) -> None:
        """Note it."""
        self.closed = True

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed


class Heard(asyncio.Protocol):
    """The protocol above: what it was told."""

    def __init__(self) -> None:
        self.received = b""
        self.made = 0
        self.errors: list[Exception] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done."""
        self.made += 1

    def data_received(self, data: bytes) -> None:
        """Decrypted bytes."""
        self.received += data


class Pair:
    """A client and a server, and the wire between them, which carries ``cut`` bytes at a time."""

    def __init__(self, authority: trustme.CA, outbox: Outbox, *, cut: int, trusted: bool = True) -> None:
        self.outbox = outbox
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
        authority.issue_cert(NAME).configure_cert(server)
        if trusted:
            authority.configure_trust(client)
        self.cut = cut
        self.wires = Wire(), Wire()
        self.above = Heard(), Heard()
        self.lines = (
            TlsLine(server, above=self.above[0], failed=self.above[0].errors.append, outbox=outbox, server=True),
            TlsLine(
                client, above=self.above[1], failed=self.above[1].errors.append, outbox=outbox, server=False, host=NAME
            ),
        )
        for line, wire in zip(self.lines, self.wires, strict=True):
            line.connection_made(wire)
        self.carry()

    def carry(self) -> None:
        """Until nothing is under way."""
        self.outbox.flush()
        while any(wire.sent for wire in self.wires):
            for wire, line in ((self.wires[0], self.lines[1]), (self.wires[1], self.lines[0])):
                piece = bytes(wire.sent[: self.cut])
                del wire.sent[: self.cut]
                if piece:
                    line.data_received(piece)
                    self.outbox.flush()


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """Flushed by hand."""
    loop = asyncio.new_event_loop()
    yield Outbox(loop)
    loop.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Made once."""
    return trustme.CA()


@pytest.mark.parametrize("cut", [1, 7, 1000, 10**9])
def test_what_is_written_arrives_in_order(authority: trustme.CA, outbox: Outbox, cut: int) -> None:
    """A line, and more than a record holds (RFC 8446 5.1)."""
    pair = Pair(authority, outbox, cut=cut)
    assert [above.made for above in pair.above] == [1, 1]
    large = bytes(range(256)) * (300 if cut > 7 else 80)
    pair.lines[1].write(b"MAIL FROM:<>\r\n")
    pair.lines[1].write(large)
    pair.lines[0].write(b"250 2.0.0 Ok\r\n")
    pair.carry()
    assert pair.above[0].received == b"MAIL FROM:<>\r\n" + large
    assert pair.above[1].received == b"250 2.0.0 Ok\r\n"


def test_what_comes_with_the_end_of_the_handshake_is_not_lost(authority: trustme.CA, outbox: Outbox) -> None:
    """A client may speak as soon as its side is done (RFC 8446 2)."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(NAME).configure_cert(server)
    authority.configure_trust(client)
    wire, above = Wire(), Heard()
    line = TlsLine(server, above=above, failed=above.errors.append, outbox=outbox, server=True)
    line.connection_made(wire)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    eager = client.wrap_bio(there, back, server_hostname=NAME)
    with pytest.raises(ssl.SSLWantReadError):
        eager.do_handshake()
    line.data_received(back.read())
    outbox.flush()
    there.write(bytes(wire.sent))
    eager.do_handshake()
    eager.write(b"EHLO client\r\n")
    line.data_received(back.read())
    assert (above.made, above.received) == (1, b"EHLO client\r\n")
    assert line.get_extra_info("cipher")[1] == "TLSv1.3"


def test_an_end_that_was_said_closes_the_other_side(authority: trustme.CA, outbox: Outbox) -> None:
    """close_notify (RFC 8446 6.1), behind the last words."""
    pair = Pair(authority, outbox, cut=10**9)
    pair.lines[0].write(b"221 2.0.0 Bye\r\n")
    pair.lines[0].close()
    pair.carry()
    assert pair.above[1].received == b"221 2.0.0 Bye\r\n"
    assert [wire.closed for wire in pair.wires] == [True, True]


def test_a_certificate_that_is_not_trusted_fails_on_both_sides(authority: trustme.CA, outbox: Outbox) -> None:
    """Each hears why, once, and neither hears of a connection."""
    pair = Pair(authority, outbox, cut=10**9, trusted=False)
    assert isinstance(pair.above[1].errors[0], ssl.SSLCertVerificationError)
    assert isinstance(pair.above[0].errors[0], ssl.SSLError)
    for line in pair.lines:
        line.connection_lost(None)
    assert [(above.made, len(above.errors)) for above in pair.above] == [(0, 1), (0, 1)]


def test_a_connection_that_breaks_within_the_handshake_has_failed(authority: trustme.CA, outbox: Outbox) -> None:
    """The protocol above never heard of it, and hears of its end by ``failed`` only."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(server)
    above = Heard()
    line = TlsLine(server, above=above, failed=above.errors.append, outbox=outbox, server=True)
    line.connection_made(Wire())
    line.connection_lost(None)
    assert above.made == 0
    assert isinstance(above.errors[0], ConnectionResetError)


def test_garbage_in_the_middle_ends_the_connection(authority: trustme.CA, outbox: Outbox) -> None:
    """What came whole before it counts."""
    pair = Pair(authority, outbox, cut=10**9)
    pair.lines[1].write(b"NOOP\r\n")
    outbox.flush()
    pair.wires[1].sent += b"\x17\x03\x03\x00\x20" + bytes(32)
    pair.carry()
    assert pair.above[0].received == b"NOOP\r\n"
    assert pair.wires[0].closed


def test_a_line_at_its_end_takes_no_more(authority: trustme.CA, outbox: Outbox) -> None:
    """An answer that comes after the other side has gone is dropped, and raises nothing."""
    pair = Pair(authority, outbox, cut=10**9)
    pair.lines[0].close()
    pair.carry()
    for line, wire in zip(pair.lines, pair.wires, strict=True):
        assert wire.closed
        line.write(b"250 2.0.0 Ok\r\n")
        outbox.flush()
        assert not wire.sent


def test_a_line_without_a_transport_can_be_given_up(outbox: Outbox) -> None:
    """A relay that stops may meet a client whose socket was taken a moment ago."""
    above = Heard()
    line = TlsLine(
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), above=above, failed=above.errors.append, outbox=outbox, server=True
    )
    line.abort()
    assert above.made == 0
