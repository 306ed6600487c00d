"""The lab's DNS on the wire: a resolver and every name server, UDP and TCP, all on one port.

    server = DnsServer(zones)
    await server.start()
    server.port                  # dig @127.0.0.1 -p PORT sailing.example MX
    await server.stop()

127.0.0.1 is the resolver (RA set, all zones, CNAMEs followed); each name server answers at its own loopback address
(AA set, its zones only). What was answered once is remembered by the packet without its id until anything changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from mailstrata.lab.dns_answer import Answer
from mailstrata.lab.zones import Zones

_PAYLOAD = 1232
"""Octets of the largest UDP answer, whatever the client offers (DNS flag day 2020); 512 without EDNS."""
_REMEMBERED = 10_000
_ATTEMPTS = 50
_CONNECTIONS = 200
_Reply = tuple[bytes, float]
_Pair = tuple[socket.socket, socket.socket]


class DnsServer:
    """Serves ``zones`` at ``resolver`` and at every name server's address, on one free ``port``.

    ``start`` raises ``OSError`` when no port is free at all addresses; ``idle`` is how many seconds a silent TCP
    connection is kept (RFC 7766 6.2.3).
    """

    def __init__(self, zones: Zones, *, resolver: str = "127.0.0.1", port: int = 0, idle: float = 10.0) -> None:
        self.zones = zones
        self.resolver = resolver
        self.port = port
        self.queries = 0
        """How many packets came in, over UDP and TCP together."""
        self._idle = idle
        self._version = -1
        self._remembered: dict[tuple[str, bool, bytes], _Reply | None] = {}
        self._endpoints: dict[str, asyncio.DatagramTransport] = {}
        self._listeners: dict[str, asyncio.Server] = {}
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bind everywhere, then answer."""
        addresses = tuple(dict.fromkeys((self.resolver, *self.zones.addresses())))
        self.port, sockets = _bind_everywhere(addresses, self.port)
        for address, pair in sockets.items():
            await self._serve(address, pair)

    async def refresh(self) -> None:
        """Also listen at name servers that were added since. Raises ``OSError`` if the port is taken there."""
        new = tuple(address for address in self.zones.addresses() if address not in self._endpoints)
        _, sockets = _bind_everywhere(new, self.port)
        for address, pair in sockets.items():
            await self._serve(address, pair)

    async def stop(self) -> None:
        """Close everything; answers that were still to come late are dropped."""
        for endpoint in self._endpoints.values():
            endpoint.close()
        for listener in self._listeners.values():
            listener.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        for listener in self._listeners.values():
            await listener.wait_closed()
        self._endpoints.clear()
        self._listeners.clear()
        await asyncio.sleep(0)  # the datagram transports close in the loop's next turn

    def reply(self, address: str, packet: bytes, *, tcp: bool) -> _Reply | None:
        """What goes out for ``packet``, and after how many seconds; ``None``: nothing goes out."""
        self.queries += 1
        if len(packet) < 12:  # RFC 1035 4.1.1: not even a header
            return None
        if self._version != self.zones.version or len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
            self._version = self.zones.version
        key = (address, tcp, packet[2:])
        if key not in self._remembered:
            self._remembered[key] = self._answer(address, packet, tcp=tcp)
        kept = self._remembered[key]
        return None if kept is None else (packet[:2] + kept[0][2:], kept[1])

    async def _serve(self, address: str, pair: _Pair) -> None:
        loop = asyncio.get_running_loop()
        endpoint, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self, address), sock=pair[0])
        self._endpoints[address] = endpoint

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._converse(address, reader, writer)

        self._listeners[address] = await asyncio.start_server(connected, sock=pair[1])

    async def _converse(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
                while len(self._connections) <= _CONNECTIONS:
                    await self._exchange(address, reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = await asyncio.wait_for(reader.readexactly(2), self._idle)
        packet = await asyncio.wait_for(reader.readexactly(int.from_bytes(size, "big")), self._idle)
        reply = self.reply(address, packet, tcp=True)
        if reply is None:
            return
        await asyncio.sleep(reply[1])
        writer.write(struct.pack("!H", len(reply[0])) + reply[0])
        await writer.drain()

    def _answer(self, address: str, packet: bytes, *, tcp: bool) -> _Reply | None:
        if packet[2] & 0x80:  # a response: answering it could go on for ever
            return None
        try:
            query = dns.message.from_wire(packet, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError, IndexError, struct.error):
            return packet[:2] + bytes((packet[2] & 0x79 | 0x80, dns.rcode.FORMERR)) + bytes(8), 0.0
        answer = self._judge(address, query)
        return None if answer.silent else (self._wire(address, query, answer, tcp=tcp), answer.latency)

    def _judge(self, address: str, query: dns.message.Message) -> Answer:
        if query.opcode() != dns.opcode.QUERY:
            return Answer(rcode=dns.rcode.NOTIMP)
        if query.edns > 0:
            return Answer(rcode=dns.rcode.BADVERS)  # RFC 6891 6.1.3
        if len(query.question) != 1:
            return Answer(rcode=dns.rcode.FORMERR)  # RFC 9619
        question = query.question[0]
        if question.rdclass != dns.rdataclass.IN or question.rdtype in {dns.rdatatype.AXFR, dns.rdatatype.IXFR}:
            return Answer(rcode=dns.rcode.REFUSED)
        name = question.name.canonicalize()
        if address == self.resolver:
            return self.zones.recursive(name, question.rdtype)
        return self.zones.authoritative(address, name, question.rdtype)

    def _wire(self, address: str, query: dns.message.Message, answer: Answer, *, tcp: bool) -> bytes:
        message = dns.message.make_response(query, recursion_available=address == self.resolver, our_payload=_PAYLOAD)
        message.set_rcode(answer.rcode)
        if answer.authoritative:
            message.flags |= dns.flags.AA
        limit = 65535 if tcp else min(max(query.payload, 512), _PAYLOAD)
        if answer.truncated and not tcp:
            message.flags |= dns.flags.TC
            return message.to_wire(max_size=65535)
        message.answer = list(answer.answer)
        message.authority = list(answer.authority)
        message.additional = list(answer.additional)
        try:
            return message.to_wire(max_size=limit)
        except dns.exception.TooBig:
            message.answer, message.authority, message.additional = [], [], []
            message.flags |= dns.flags.TC  # RFC 2181 9
            return message.to_wire(max_size=65535)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer, address: str) -> None:
        self._server = server
        self._address = address
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._server.reply(self._address, data, tcp=False)
        if reply is None:
            return
        if reply[1]:
            asyncio.get_running_loop().call_later(reply[1], self._send, reply[0], addr)
        else:
            self._send(reply[0], addr)

    def _send(self, wire: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(wire, addr)


def _bind_everywhere(addresses: tuple[str, ...], port: int) -> tuple[int, dict[str, _Pair]]:
    """Sockets for UDP and TCP at every address on one port: ``port``, or one that the system has free."""
    attempts = _ATTEMPTS if port == 0 else 1
    for attempt in range(attempts):
        chosen, bound = port, dict[str, _Pair]()
        try:
            for address in addresses:
                bound[address] = _bind(address, chosen)
                chosen = bound[address][0].getsockname()[1]
        except OSError:
            for pair in bound.values():
                pair[0].close()
                pair[1].close()
            if attempt == attempts - 1:
                raise
        else:
            return chosen, bound
    raise AssertionError("at least one attempt is made")


def _bind(address: str, port: int) -> _Pair:
    datagrams, stream = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_STREAM)
    try:
        datagrams.bind((address, port))
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stream.bind((address, datagrams.getsockname()[1]))
        stream.listen(128)
    except OSError:
        datagrams.close()
        stream.close()
        raise
    datagrams.setblocking(False)
    stream.setblocking(False)
    return datagrams, stream
