"""What clients see of the lab's DNS on the wire, over UDP and TCP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.resolver
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.lab.dns_server import DnsServer
from mailstrata.lab.zones import Zones

NS = {"ns1.dns.example": "127.0.2.1", "ns2.dns.example": "127.0.2.2"}
NAME = "sailing.example"


def world() -> Zones:
    """Two zones, one of them with a long TXT record."""
    zones = Zones()
    zone = zones.add_zone(NAME, servers=NS)
    zone.add(NAME, "MX", "10 mx.sailing.example")
    zone.add("mx.sailing.example", "A", "127.0.3.1")
    zone.add("www.sailing.example", "CNAME", "web.example")
    zone.add("long.sailing.example", "TXT", *(f"{n:03d}" + "x" * 240 for n in range(20)))
    zones.add_zone("web.example", servers={"ns.web.example": "127.0.2.9"}).add("web.example", "A", "127.0.3.5")
    return zones


def served(zones: Zones, talk: Callable[[DnsServer], Awaitable[None]]) -> None:
    """Run ``talk`` against a server of ``zones``, in a loop that reports what nobody caught."""
    uncaught: list[dict[str, object]] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: uncaught.append(context))
        server = DnsServer(zones, idle=1.0)
        await server.start()
        try:
            await talk(server)
        finally:
            await server.stop()

    asyncio.run(main())
    assert uncaught == []


def resolver(server: DnsServer, *, lifetime: float = 2.0) -> dns.asyncresolver.Resolver:
    """An ordinary client of the lab's resolver."""
    client = dns.asyncresolver.Resolver(configure=False)
    client.nameservers = ["127.0.0.1"]
    client.port = server.port
    client.timeout, client.lifetime = 0.1, lifetime
    return client


async def udp(server: DnsServer, address: str, name: str, rtype: str, *, payload: int = 1232) -> dns.message.Message:
    """One UDP question to one server."""
    query = dns.message.make_query(name, rtype, use_edns=0 if payload else False, payload=payload)
    return await dns.asyncquery.udp(query, address, port=server.port, timeout=20)


def test_the_resolver_follows_aliases_across_zones() -> None:
    """A whole chain comes in one answer, with RA and without AA."""

    async def talk(server: DnsServer) -> None:
        answer = await resolver(server).resolve("www.sailing.example", "A")
        assert [str(rdata) for rdata in answer] == ["127.0.3.5"]
        assert str(answer.canonical_name) == "web.example."
        assert answer.response.flags & dns.flags.RA
        assert not answer.response.flags & dns.flags.AA

    served(world(), talk)


def test_each_name_server_has_its_own_view() -> None:
    """A name server sets AA, refuses other zones, and may differ from its sibling."""

    async def talk(server: DnsServer) -> None:
        server.zones.replace(NAME, "MX", "20 other.example", server="ns2.dns.example")
        first, second = [await udp(server, address, NAME, "MX") for address in NS.values()]
        assert first.flags & dns.flags.AA
        assert not first.flags & dns.flags.RA
        assert [str(first.answer[0][0]), str(second.answer[0][0])] == ["10 mx.sailing.example.", "20 other.example."]
        assert (await udp(server, "127.0.2.1", "web.example", "A")).rcode() == dns.rcode.REFUSED

    served(world(), talk)


@pytest.mark.parametrize("kind", ["servfail", "refused"])
def test_a_failing_server_is_told_apart(kind: str) -> None:
    """SERVFAIL and REFUSED come as such."""

    async def talk(server: DnsServer) -> None:
        server.zones.fault(NAME, kind)
        assert dns.rcode.to_text((await udp(server, "127.0.0.1", NAME, "MX")).rcode()) == kind.upper()
        assert dns.rcode.to_text((await udp(server, "127.0.2.1", NAME, "MX")).rcode()) == kind.upper()
        with pytest.raises(dns.resolver.NoNameservers):
            await resolver(server).resolve(NAME, "MX")

    served(world(), talk)


def test_a_silent_server_is_a_time_out() -> None:
    """Nothing comes back, over UDP or TCP."""

    async def talk(server: DnsServer) -> None:
        server.zones.fault(NAME, "timeout")
        with pytest.raises(dns.resolver.LifetimeTimeout):
            await resolver(server, lifetime=0.3).resolve(NAME, "MX")
        with pytest.raises(dns.exception.Timeout):
            await dns.asyncquery.tcp(dns.message.make_query(NAME, "MX"), "127.0.0.1", port=server.port, timeout=0.2)

    served(world(), talk)


def test_absence_comes_in_two_kinds() -> None:
    """NXDOMAIN and NODATA reach an ordinary client as different things, each with the SOA."""

    async def talk(server: DnsServer) -> None:
        with pytest.raises(dns.resolver.NXDOMAIN):
            await resolver(server).resolve("absent.sailing.example", "A")
        with pytest.raises(dns.resolver.NoAnswer):
            await resolver(server).resolve("mx.sailing.example", "TXT")
        for name in ("absent.sailing.example", "mx.sailing.example"):
            negative = await udp(server, "127.0.2.1", name, "TXT")
            assert [rrset.rdtype for rrset in negative.authority] == [dns.rdatatype.SOA]

    served(world(), talk)


@pytest.mark.parametrize("payload", [0, 1232])
def test_what_does_not_fit_comes_over_tcp(payload: int) -> None:
    """A long answer is truncated over UDP, with and without EDNS, and whole over TCP."""

    async def talk(server: DnsServer) -> None:
        short = await udp(server, "127.0.0.1", "long.sailing.example", "TXT", payload=payload)
        assert short.flags & dns.flags.TC
        assert len(short.to_wire()) <= (payload or 512)
        assert len(await resolver(server).resolve("long.sailing.example", "TXT")) == 20

    served(world(), talk)


def test_an_injected_truncation_is_healed_by_tcp() -> None:
    """The truncate fault sets TC over UDP only."""

    async def talk(server: DnsServer) -> None:
        server.zones.fault(NAME, "truncate")
        assert (await udp(server, "127.0.0.1", NAME, "MX")).flags & dns.flags.TC
        assert [str(mx) for mx in await resolver(server).resolve(NAME, "MX")] == ["10 mx.sailing.example."]

    served(world(), talk)


def test_a_late_answer_is_late() -> None:
    """Latency delays the answer by what was asked for."""

    async def talk(server: DnsServer) -> None:
        server.zones.fault(NAME, "latency", milliseconds=80)
        began = time.monotonic()
        assert (await udp(server, "127.0.0.1", NAME, "MX")).answer
        assert time.monotonic() - began >= 0.08

    served(world(), talk)


def test_a_change_is_seen_at_once() -> None:
    """What was remembered is forgotten when a zone changes."""

    async def talk(server: DnsServer) -> None:
        assert (await udp(server, "127.0.0.1", NAME, "TXT")).answer == []
        server.zones.add(NAME, "TXT", "now")
        assert len((await udp(server, "127.0.0.1", NAME, "TXT")).answer) == 1

    served(world(), talk)


def test_a_new_name_server_can_be_asked_after_a_refresh() -> None:
    """Zones made while the server runs get their name servers' addresses on the same port."""

    async def talk(server: DnsServer) -> None:
        server.zones.add_zone("new.example", servers={"ns.new.example": "127.0.2.77"}).add("new.example", "TXT", "x")
        await server.refresh()
        assert (await udp(server, "127.0.2.77", "new.example", "TXT")).answer

    served(world(), talk)


def test_one_tcp_connection_carries_many_questions() -> None:
    """A connection is reused (RFC 7766), and a client that says nothing is let go."""

    async def talk(server: DnsServer) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for number in range(3):
            query = dns.message.make_query(NAME, "MX", id=number)
            wire = query.to_wire()
            writer.write(len(wire).to_bytes(2, "big") + wire)
            size = int.from_bytes(await reader.readexactly(2), "big")
            assert dns.message.from_wire(await reader.readexactly(size)).id == number
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        await writer.wait_closed()

    served(world(), talk)


def test_what_is_no_question_is_answered_by_the_book() -> None:
    """Other operations, zone transfers, two questions and broken packets get their own codes; answers get none."""
    server = DnsServer(world())

    def code(packet: bytes) -> str:
        reply = server.reply("127.0.0.1", packet, tcp=False)
        return "" if reply is None else dns.rcode.to_text(dns.message.from_wire(reply[0]).rcode())

    update = dns.message.make_query(NAME, "MX")
    update.set_opcode(dns.opcode.STATUS)
    double = dns.message.make_query(NAME, "MX")
    double.question += double.question
    future = dns.message.make_query(NAME, "MX", use_edns=1)
    response = dns.message.make_response(dns.message.make_query(NAME, "MX"))
    assert code(update.to_wire()) == "NOTIMP"
    assert code(double.to_wire()) == "FORMERR"
    assert code(future.to_wire()) == "BADVERS"
    assert code(dns.message.make_query(NAME, "AXFR").to_wire()) == "REFUSED"
    assert code(b"\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xff") == "FORMERR"
    assert code(response.to_wire()) == ""
    assert code(b"short") == ""


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["127.0.0.1", "127.0.2.1"]), st.booleans())
def test_no_bytes_kill_it(packet: bytes, address: str, tcp: bool) -> None:
    """Whatever arrives, it is answered or ignored, and the next question is answered."""
    server = DnsServer(world())
    question = dns.message.make_query(NAME, "MX").to_wire()
    for garbage in (packet, question[: len(packet)] + packet, question[:12] + packet):
        reply = server.reply(address, garbage, tcp=tcp)
        assert reply is None or reply[0][:2] == garbage[:2]
    good = server.reply(address, question, tcp=tcp)
    assert good is not None
    assert dns.message.from_wire(good[0]).answer


def test_garbage_on_the_wire_is_survived() -> None:
    """Broken datagrams and broken streams leave the server answering."""

    async def talk(server: DnsServer) -> None:
        loop = asyncio.get_running_loop()
        endpoint, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=("127.0.0.1", server.port)
        )
        for packet in (b"", b"\x00", b"\xff" * 500, bytes(12)):
            endpoint.sendto(packet)
        endpoint.close()
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"\xff\xffjunk")
        writer.close()
        await writer.wait_closed()
        assert (await udp(server, "127.0.0.1", NAME, "MX")).answer

    served(world(), talk)
