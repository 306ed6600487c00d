"""From SES to the recipient's server, as RFC 5321 5.1 chooses it, with the outcome word for word."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
import trustme

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.mail import Envelope, Outcome
from mailstrata.lab.receiver_policy import House
from mailstrata.lab.recipients import Recipients, RecipientServer
from mailstrata.lab.transport import LoopbackTransport, Patience
from mailstrata.lab.zones import Zones

TO = "crew@dock.example"
MAIL = b"From: a@sailing.example\r\nTo: crew@dock.example\r\nSubject: x\r\n\r\n.first dot\r\n..two\r\nlast"


def world() -> Zones:
    """A recipient's domain with two exchangers."""
    zones = Zones()
    zone = zones.add_zone("dock.example", servers={"ns1.dns.example": "127.0.2.1"})
    zone.add("dock.example", "MX", "20 mx2.dock.example", "10 mx1.dock.example")
    zone.add("mx1.dock.example", "A", "127.0.3.1")
    zone.add("mx2.dock.example", "A", "127.0.3.2")
    sender = zones.add_zone("sailing.example", servers={"ns1.dns.example": "127.0.2.1"})
    sender.add("sailing.example", "TXT", "v=spf1 ip4:127.0.1.0/24 -all")
    return zones


class Dock:
    """Two servers for dock.example, and a way to mail there."""

    def __init__(self, zones: Zones, tls: ssl.SSLContext | None) -> None:
        self.zones = zones
        self.recipients = Recipients(
            zones=zones, clock=LabClock(datetime(2026, 5, 12, tzinfo=UTC)), ids=Ids("transport")
        )
        self.first, self.second = (self._server(number, tls) for number in (1, 2))
        self.transport = LoopbackTransport(
            zones, self.recipients.reach, "127.0.1.10", patience=Patience(step=0.5, total=2.0)
        )

    def _server(self, number: int, tls: ssl.SSLContext | None) -> RecipientServer:
        house = House.of(f"mx{number}.dock.example", domains=("dock.example",), voice="postfix")
        server = self.recipients.add(house, address=f"127.0.3.{number}", tls=tls)
        server.policy.add_mailbox(TO)
        return server

    async def deliver(self, to: str = TO) -> Outcome:
        """One mail."""
        return await self.transport.deliver(Envelope(sender="b@sailing.example", recipient=to, content=MAIL))


def run(
    talk: Callable[[Dock], Awaitable[None]], zones: Zones | None = None, *, tls: ssl.SSLContext | None = None
) -> None:
    """Run ``talk`` with both servers up."""

    async def main() -> None:
        dock = Dock(zones or world(), tls)
        await dock.recipients.start()
        try:
            await talk(dock)
        finally:
            await dock.recipients.stop()

    asyncio.run(main())


def outcome(zones: Zones, to: str = TO) -> Outcome:
    """What becomes of one mail in a world."""
    found: list[Outcome] = []

    async def talk(dock: Dock) -> None:
        found.append(await dock.deliver(to))

    run(talk, zones)
    return found[0]


def test_the_preferred_exchanger_gets_it_unchanged() -> None:
    """The lowest preference wins, dots are stuffed on the wire and not in the mailbox, the source address is SES's."""

    async def talk(dock: Dock) -> None:
        found = await dock.deliver()
        assert found.accepted
        assert found.reply.startswith("250 2.0.0 Ok: queued as ")
        assert found.remote == "mx1.dock.example"
        stored = dock.first.policy.mailboxes[TO].messages[0]
        assert stored.raw.endswith(MAIL + b"\r\n")
        assert stored.ip == "127.0.1.10"
        assert stored.authentication.spf == "pass"

    run(talk)


def test_tls_is_used_when_offered_whatever_the_certificate() -> None:
    """Opportunistic TLS does not verify (RFC 3207 4.1)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("elsewhere.example").configure_cert(context)

    async def talk(dock: Dock) -> None:
        assert (await dock.deliver()).accepted
        assert b"with ESMTPS id" in dock.first.policy.mailboxes[TO].messages[0].raw

    run(talk, tls=context)


def test_a_permanent_refusal_ends_it() -> None:
    """550 from the first exchanger is the outcome; the second is not asked."""

    async def talk(dock: Dock) -> None:
        dock.first.policy.add_mailbox(TO, "unknown")
        found = await dock.deliver()
        assert (found.code, found.temporary, found.accepted) == (550, False, False)
        assert found.reply == (
            "550 5.1.1 <crew@dock.example>: Recipient address rejected: User unknown in virtual mailbox table"
        )
        assert dock.second.policy.mailboxes[TO].messages == []

    run(talk)


def test_a_temporary_refusal_goes_on_to_the_next() -> None:
    """451, or no connection at the first exchanger: the second gets the mail."""

    async def talk(dock: Dock) -> None:
        dock.first.policy.add_mailbox(TO, "delays", delays=9)
        assert (await dock.deliver()).remote == "mx2.dock.example"
        await dock.first.stop()
        assert (await dock.deliver()).remote == "mx2.dock.example"
        await dock.second.stop()
        found = await dock.deliver()
        assert (found.code, found.temporary, found.remote) == (0, True, "mx2.dock.example")

    run(talk)


def test_a_silent_server_is_a_time_out() -> None:
    """Nobody waits longer than the patience allows."""

    async def talk(dock: Dock) -> None:
        for server in (dock.first, dock.second):
            server.policy.add_mailbox(TO, "silent")
        found = await dock.deliver()
        assert (found.code, found.temporary) == (0, True)
        assert "Timed out while waiting for a reply" in found.reply

    run(talk)


def test_a_null_mx_takes_no_mail() -> None:
    """RFC 7505: nobody is connected to, and it is for ever."""
    zones = world()
    zones.replace("dock.example", "MX", "0 .")
    assert outcome(zones) == Outcome(code=0, reply="556 5.1.10 Recipient address has null MX")


def test_without_mx_the_domain_itself_is_the_exchanger() -> None:
    """RFC 5321 5.1: an address record alone is an implicit MX."""
    zones = world()
    zones.remove("dock.example", "MX")
    zones.add("dock.example", "A", "127.0.3.1")

    async def talk(dock: Dock) -> None:
        dock.recipients.reach["dock.example"] = dock.recipients.reach["mx1.dock.example"]
        assert (await dock.deliver()).remote == "dock.example"

    run(talk, zones)


@pytest.mark.parametrize("to", ["crew@nobody.example", "crew@", "crew@a..b"])
def test_a_domain_without_servers_is_told_in_sess_words(to: str) -> None:
    """No MX and no address: what SES writes in its bounce events."""
    found = outcome(world(), to)
    assert found.reply == f"421 4.4.0 Unable to lookup DNS for {to.partition('@')[2]}"
    assert (found.code, found.temporary, found.remote) == (0, True, None)


def test_a_dns_failure_is_no_absence_of_mx() -> None:
    """SERVFAIL for the MX does not make the address record an implicit MX."""
    zones = world()
    zones.add("dock.example", "A", "127.0.3.1")
    zones.fault("dock.example", "servfail")
    found = outcome(zones)
    assert found.reply == "421 4.4.0 Unable to lookup DNS for dock.example"


def test_an_exchanger_elsewhere_is_never_connected_to() -> None:
    """An address beyond the lab's servers is unreachable, not a way out."""
    zones = world()
    zones.replace("mx1.dock.example", "A", "192.0.2.1")
    zones.replace("mx2.dock.example", "A", "127.0.3.77")
    found = outcome(zones)
    assert found.reply == "421 4.4.1 Unable to connect to mx2.dock.example"


@pytest.mark.parametrize(
    "script",
    [
        b"hello?\r\n",
        b"220 x\r\n250 accepted early\r\n250 a\r\n250 b\r\n250 c\r\n250 d\r\n",
        b"220-" + b"x" * 10_000 + b"\r\n",
        b"220-a\r\n" * 500,
        b"",
    ],
)
def test_a_senseless_server_is_no_delivery(script: bytes) -> None:
    """Garbage, endless replies and a closed door give a temporary outcome without a code."""

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(script)
        if writer.can_write_eof():
            writer.write_eof()
        writer.close()

    async def main() -> Outcome:
        server = await asyncio.start_server(speak, "127.0.3.1")
        port = server.sockets[0].getsockname()[1]
        transport = LoopbackTransport(world(), {"mx1.dock.example": ("127.0.3.1", port)}, "127.0.1.10")
        try:
            return await transport.deliver(Envelope(sender="", recipient=TO, content=MAIL))
        finally:
            server.close()
            await server.wait_closed()

    found = asyncio.run(main())
    assert (found.accepted, found.code, found.temporary) == (False, 0, True)
