"""What becomes of one DNS question when the server misbehaves: always a value, always in time."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.adapters.dns_exchange import DnsExchange, Heard, Server, Silence

NAME = dns.name.from_text("sailing.example")
TIMEOUT = 1.0
Reply = Callable[[bytes], list[bytes]]


class Misbehaving(asyncio.DatagramProtocol):
    """A name server that answers each datagram with what ``reply`` makes of it."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer."""
        self.heard += 1
        for packet in self._reply(data):
            self._transport.sendto(packet, addr)


def asked(reply: Reply, times: int = 1) -> tuple[Heard | Silence, int]:
    """What the last of ``times`` questions to such a server gives, and how many datagrams it got."""

    async def main() -> tuple[Heard | Silence, int]:
        loop = asyncio.get_running_loop()
        transport, server = await loop.create_datagram_endpoint(lambda: Misbehaving(reply), local_addr=("127.0.0.1", 0))
        exchange = DnsExchange(TIMEOUT)
        try:
            at = Server(ip="127.0.0.1", port=transport.get_extra_info("sockname")[1])
            for _ in range(times):
                answer = await exchange.ask(at, NAME, dns.rdatatype.TXT)
            return answer, server.heard
        finally:
            transport.close()
            await asyncio.sleep(0)

    return asyncio.run(main())


def answer(packet: bytes) -> dns.message.Message:
    """A right answer to ``packet``."""
    message = dns.message.make_response(dns.message.from_wire(packet))
    message.answer = [dns.rrset.from_text(NAME, 300, "IN", "TXT", '"v=spf1 -all"')]
    return message


def test_a_lost_datagram_is_sent_again() -> None:
    """The second one is answered, within the same time-out."""
    packets: list[bytes] = []

    def second(packet: bytes) -> list[bytes]:
        packets.append(packet)
        return [] if len(packets) == 1 else [answer(packet).to_wire()]

    heard, datagrams = asked(second)
    assert isinstance(heard, Heard)
    assert datagrams == 2


def test_a_server_that_does_not_know_edns_is_asked_without() -> None:
    """FORMERR without an OPT record is followed by the plain question (RFC 6891 7)."""

    def old(packet: bytes) -> list[bytes]:
        query = dns.message.from_wire(packet)
        if query.edns < 0:
            return [answer(packet).to_wire()]
        refusal = dns.message.make_response(query)
        refusal.use_edns(False)
        refusal.set_rcode(dns.rcode.FORMERR)
        return [refusal.to_wire()]

    heard, _ = asked(old)
    assert isinstance(heard, Heard)
    assert heard.message.rcode() == dns.rcode.NOERROR


def test_a_cut_answer_without_tcp_is_silence() -> None:
    """Nobody listens on TCP at that port: refused, and nothing of the cut answer is believed."""

    def cut(packet: bytes) -> list[bytes]:
        message = answer(packet)
        message.flags |= dns.flags.TC
        return [message.to_wire()]

    assert asked(cut)[0] == Silence(failure="connection refused")


@pytest.mark.parametrize("packet", [b"\0", b"HTTP/1.1 400 Bad Request\r\n", b"\xfd" * 600])
def test_garbage_is_silence(packet: bytes) -> None:
    """What is no DNS message is told as such, at once."""
    assert asked(lambda _: [packet])[0] == Silence(failure="gave an answer that cannot be read")


def test_an_answer_to_another_question_is_not_believed() -> None:
    """A wrong id, as a blind forger would send it."""

    def forged(packet: bytes) -> list[bytes]:
        return [bytes((packet[0] ^ 1,)) + answer(packet).to_wire()[1:]]

    assert asked(forged)[0] == Silence(failure="gave an answer that cannot be read")


def test_a_closed_port_is_heard_of_at_once() -> None:
    """The refusal of the system behind it counts; nobody waits for the time-out."""

    async def main() -> Heard | Silence:
        with socket.socket(type=socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        return await DnsExchange(30.0).ask(Server(ip="127.0.0.1", port=port), NAME, dns.rdatatype.TXT)

    began = time.monotonic()
    assert asyncio.run(main()) == Silence(failure="connection refused")
    assert time.monotonic() - began < 10


def test_a_server_silent_twice_is_not_asked_a_third_time() -> None:
    """Two questions of two datagrams each, then none."""
    silence, datagrams = asked(lambda _: [], times=4)
    assert silence == Silence(failure="timed out after 1 s")
    assert datagrams == 4


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_answer_makes_it_raise(tail: bytes) -> None:
    """Whatever follows the id of the question, the outcome is a value."""
    outcome, _ = asked(lambda packet: [packet[:2] + tail])
    assert isinstance(outcome, Heard | Silence)


def test_a_server_is_read_with_or_without_its_port() -> None:
    """IPv6 needs brackets to have a port."""
    assert Server.parse("192.0.2.53") == Server(ip="192.0.2.53", port=53)
    assert Server.parse("192.0.2.53:5353") == Server(ip="192.0.2.53", port=5353)
    assert Server.parse("2001:db8::53") == Server(ip="2001:db8::53", port=53)
    assert Server.parse("[2001:db8::53]:5353") == Server(ip="2001:db8::53", port=5353)
