"""A DNS server on loopback that answers after a delay, for as many alike domains as are asked for, and counts what it is asked.

    python bench/workers/slow_dns.py SECONDS

Prints its port. ``report`` on stdin prints ``{"queries": …, "repeated": …, "resent": …}`` of the time since the last report, as
JSON: a question is repeated when it comes under another id, and resent when the same datagram comes again.
Every name below ``*.fleet.example`` is a domain that sends through SES; it is resolver and name server in one.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

FLEET = "fleet.example"
SHARED = {
    ("amazonses.com", "TXT"): ['"v=spf1 ip4:199.255.192.0/22 ip4:54.240.0.0/18 -all"'],
    ("_spf.crew.example", "TXT"): ['"v=spf1 include:_a.crew.example include:_b.crew.example ~all"'],
    ("_a.crew.example", "TXT"): ['"v=spf1 ip4:192.0.2.0/25 -all"'],
    ("_b.crew.example", "TXT"): ['"v=spf1 ip4:192.0.2.128/25 -all"'],
    ("spf.letters.example", "TXT"): ['"v=spf1 ip4:198.51.100.0/24 -all"'],
    ("crew.example", "MX"): ["10 mx1.crew.example."],
    ("ns1.crew.example", "A"): ["127.0.0.1"],
    ("ns2.crew.example", "A"): ["127.0.0.1"],
    ("mx1.crew.example", "A"): ["192.0.2.25"],
    ("mx1.crew.example", "AAAA"): ["2001:db8::25"],
    ("mx2.crew.example", "A"): ["192.0.2.26"],
    ("25.2.0.192.in-addr.arpa", "PTR"): ["mx1.crew.example."],
    ("26.2.0.192.in-addr.arpa", "PTR"): ["mx2.crew.example."],
}
OF_EACH = {
    ("", "NS"): ["ns1.crew.example.", "ns2.crew.example."],
    ("", "SOA"): ["ns1.crew.example. host.crew.example. 1 7200 900 1209600 300"],
    ("", "MX"): ["10 mx1.crew.example.", "20 mx2.crew.example."],
    ("", "TXT"): [
        '"v=spf1 a mx include:amazonses.com include:_spf.crew.example include:spf.letters.example ~all"',
        '"site-verification=1"',
    ],
    ("", "A"): ["192.0.2.80"],
    ("www", "A"): ["192.0.2.80"],
    ("_dmarc", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain},mailto:dmarc@crew.example"'],
    ("bounce", "MX"): ["10 feedback-smtp.us-east-1.amazonses.com."],
    ("bounce", "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
    ("_smtp._tls", "TXT"): ['"v=TLSRPTv1; rua=mailto:tls@{domain}"'],
}


def domain_of(name: str) -> str:
    """The domain of the fleet that a name lies in; empty when in none."""
    labels = name.removesuffix("." + FLEET).split(".") if name.endswith("." + FLEET) else []
    return f"{labels[-1]}.{FLEET}" if labels else ""


def values(name: str, kind: str) -> list[str] | None:
    """The records; an empty list where the name has others, ``None`` where there is no such name."""
    domain = domain_of(name)
    if not domain:
        there = SHARED.get((name, kind))
        return there if there is not None else ([] if any(known == name for known, _ in SHARED) else None)
    below = name.removesuffix(domain).removesuffix(".")
    there = OF_EACH.get((below, kind))
    if there is not None:
        return [value.format(domain=domain) for value in there]
    return [] if any(known == below or known.endswith("." + below) for known, _ in OF_EACH) else None


class Server(asyncio.DatagramProtocol):
    """Answers after ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.asked: Counter[tuple[str, str, bool, int]] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Count, and answer later."""
        asyncio.get_running_loop().call_later(self.delay, self._send, self.answer(data), addr)

    def _send(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(data, addr)  # type: ignore[attr-defined]

    def answer(self, data: bytes) -> bytes:
        """The answer to one question, as a resolver that is the authority too."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        as_resolver = bool(query.flags & dns.flags.RD)  # a name server is asked without it, and is another to ask
        self.asked[name, kind, as_resolver, query.id] += 1
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        found = values(name, kind)
        if found:
            response.answer.append(dns.rrset.from_text_list(question.name, 300, "IN", kind, found))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN if found is None else dns.rcode.NOERROR)
            apex = dns.name.from_text(domain_of(name) or "example")
            soa = OF_EACH["", "SOA"]
            response.authority.append(dns.rrset.from_text_list(apex, 300, "IN", "SOA", soa))
        return response.to_wire()

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The same over TCP."""
        size = int.from_bytes(await reader.readexactly(2), "big")
        data = self.answer(await reader.readexactly(size))
        await asyncio.sleep(self.delay)
        writer.write(len(data).to_bytes(2, "big") + data)
        await writer.drain()
        writer.close()

    def report(self) -> str:
        """What was asked since the last report."""
        questions = {(name, kind, as_resolver) for name, kind, as_resolver, _ in self.asked}
        sent = self.asked.total()
        told = {"queries": sent, "repeated": len(self.asked) - len(questions), "resent": sent - len(self.asked)}
        self.asked.clear()
        return json.dumps(told)


async def main() -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    server = Server(float(sys.argv[1]))
    tcp = await asyncio.start_server(server.stream, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=("127.0.0.1", port))
    print(port, flush=True)
    while await asyncio.to_thread(sys.stdin.readline) == "report\n":
        print(server.report(), flush=True)
    transport.close()
    tcp.close()


if __name__ == "__main__":
    asyncio.run(main())
