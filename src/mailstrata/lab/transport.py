"""How a mail goes from the lab's SES to its recipient's server: MX, connection, conversation, over loopback.

    transport = LoopbackTransport(zones, recipients.reach, "127.0.1.10")
    outcome = await transport.deliver(Envelope(sender="…", recipient="crew@dock.example", content=b"…"))
    outcome.code, outcome.reply, outcome.remote      # 250, "250 2.6.0 …", "dock-example.mail.protection.outlook.com"

It implements ``lab.mail.Transport``, and never leaves 127.0.0.0/8.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from mailstrata.lab.dns_record import MalformedRecord
from mailstrata.lab.mail import Envelope, Outcome
from mailstrata.lab.smtp_dialogue import Broken, Dialogue, Heard
from mailstrata.lab.zones import Zones

_HOSTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: for each ``step`` with a server, and in ``total`` for one delivery."""

    step: float = 2.0
    total: float = 8.0


class LoopbackTransport:
    """Delivers from the source address ``outgoing_ip``.

    ``reach`` says where a host name listens, (address, port); it is read at each delivery. A host that is not in it,
    or whose address record says something else, cannot be connected to.
    """

    def __init__(
        self,
        zones: Zones,
        reach: Mapping[str, tuple[str, int]],
        outgoing_ip: str,
        *,
        helo: str = "a8-50.smtp-out.amazonses.com",
        patience: Patience | None = None,
    ) -> None:
        self._zones = zones
        self._reach = reach
        self._source = outgoing_ip
        self._helo = helo
        self._patience = patience or Patience()
        # RFC 3207 4.1: opportunistic, so any certificate is better than none.
        self._tls = ssl.create_default_context()
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Try each mail exchanger once, in the order of RFC 5321 5.1; never raises for what the world does."""
        try:
            async with asyncio.timeout(self._patience.total):
                return await self._deliver(envelope)
        except TimeoutError:
            return Outcome(code=0, reply="421 4.4.1 Delivery timed out", temporary=True)

    async def _deliver(self, envelope: Envelope) -> Outcome:
        domain = envelope.recipient.rpartition("@")[2].lower()
        try:
            hosts = await self._exchangers(domain)
        except (LookupError, MalformedRecord):
            hosts = ()
        if hosts == (".",):  # RFC 7505 3
            return Outcome(code=0, reply="556 5.1.10 Recipient address has null MX")
        # facts.md A: SES's own words when it finds no way (seen in its bounce events)
        outcome = Outcome(code=0, reply=f"421 4.4.0 Unable to lookup DNS for {domain}", temporary=True)
        for host in hosts[:_HOSTS]:
            outcome = await self._try(host, envelope)
            if outcome.accepted or not outcome.temporary:
                break
        return outcome

    async def _exchangers(self, domain: str) -> tuple[str, ...]:
        """Host names by preference; the domain itself without MX (RFC 5321 5.1); ``.`` for a null MX."""
        records = [value.split(" ") for value in await self._zones.lookup(domain, "MX")]
        if records:
            return tuple(host.lower() for _, host in sorted((int(preference), host) for preference, host in records))
        return (domain,) if await self._zones.lookup(domain, "A") else ()

    async def _try(self, host: str, envelope: Envelope) -> Outcome:
        try:
            addresses = await self._zones.lookup(host, "A")
        except (LookupError, MalformedRecord):
            addresses = ()
        if not addresses:
            return Outcome(code=0, reply=f"421 4.4.0 Unable to lookup DNS for {host}", temporary=True)
        address, port = self._reach.get(host, ("", 0))
        if address not in addresses or not address.startswith("127."):
            return Outcome(code=0, reply=f"421 4.4.1 Unable to connect to {host}", temporary=True)
        where = Dialogue((address, port), source=self._source, timeout=self._patience.step)
        try:
            async with where as smtp:
                heard = await self._converse(smtp, envelope, host)
        except Broken as error:
            return Outcome(code=0, reply=f"421 4.4.2 {host}: {error}", remote=host, temporary=True)
        return Outcome(code=heard.code, reply=heard.text, remote=host, temporary=400 <= heard.code < 500)

    async def _converse(self, smtp: Dialogue, envelope: Envelope, host: str) -> Heard:
        """Speak until the first refusal or the end; the last reply that counts."""
        heard = await smtp.heard()
        if heard.code == 220:
            heard = await smtp.say(f"EHLO {self._helo}")
        if heard.code == 250 and heard.offers("STARTTLS") and (await smtp.say("STARTTLS")).code == 220:
            await smtp.secure(self._tls, host)
            heard = await smtp.say(f"EHLO {self._helo}")
        expected = 250
        for line, wanted in (
            (f"MAIL FROM:<{envelope.sender}>", 250),
            (f"RCPT TO:<{envelope.recipient}>", 250),
            ("DATA", 354),
        ):
            if heard.code // 100 != 2:
                break
            heard, expected = await smtp.say(line), wanted
        if heard.code == 354 and expected == 354:
            heard = await smtp.message(envelope.content)
        elif heard.code < 400:
            raise Broken("garbage", f"Unexpected reply: {heard.text[:80]}")
        await _leave(smtp)
        return heard


async def _leave(smtp: Dialogue) -> None:
    try:
        await smtp.say("QUIT")
    except Broken:
        return  # the message's fate is known already
