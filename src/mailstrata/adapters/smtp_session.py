"""A submission session up to the point where a login would be taken, and how far it came when it did not get there.

    async with Session(ways, host="email-smtp.us-east-1.amazonaws.com", port=587, security="starttls") as session:
        await session.open()                    # raises Broken; session.facts() tell how far it came
        session.facts().auth                    # ("PLAIN", "LOGIN")

Nothing is said before the banner, QUIT is said whenever the server can still hear it (RFC 5321 4.1.1.10), and the server's
name is verified against the host that the alias holds, wherever the connection really goes.
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from mailstrata.adapters.dns_resolver import Resolver
from mailstrata.adapters.smtp_conversation import extensions, mechanisms, offers
from mailstrata.adapters.smtp_tls import facts_of, problem, unverified
from mailstrata.adapters.smtp_wire import Broken, SmtpWire
from mailstrata.model.facts import EndpointFacts, TlsFacts
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.setup import Network

_ADDRESSES = 3
"""How many addresses of one host are tried, as long as each is refused at once."""
_FAREWELL = 1.0
"""Seconds for which the answer to QUIT is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How submission servers are reached: the network, its resolver, and whom TLS trusts."""

    network: Network
    resolver: Resolver
    trust: ssl.SSLContext


class Untold(Exception):
    """The world cannot be asked: its ``unknown`` is the answer."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


class Session:
    """One session with ``host:port``; ``security`` is ``starttls``, ``ssl`` or ``none``. An async context manager."""

    def __init__(self, ways: Ways, *, host: str, port: int, security: str) -> None:
        self._ways = ways
        self._host = host
        self._port = port
        self._security = security
        self._trust = ways.trust
        self._wire: SmtpWire | None = None
        self._stage = "connect"
        self._greeted = False
        self._banner = ""
        self._offered: tuple[str, ...] = ()
        self._tls: TlsFacts | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._wire is None:
            return
        try:
            if self._greeted and self._wire.alive:
                await self._quit(self._wire, wait=kind is None)
        finally:
            await self._wire.close()

    @property
    def wire(self) -> SmtpWire:
        """The open connection."""
        assert self._wire is not None, "the session is not open"
        return self._wire

    async def open(self) -> None:
        """Connect, greet and secure. Raises ``Broken`` where the server fails, ``Untold`` where we do."""
        self._wire = await self._connect()
        if self._security == "ssl":
            await self._secure()
        self._stage = "banner"
        await self._greet()
        self._stage = "ehlo"
        await self._introduce()
        if self._security == "starttls":
            self._stage = "starttls"
            await self._start_tls()
        if self._security != "none":
            self._stage = "tls"

    def facts(self, failure: str = "") -> EndpointFacts:
        """What was seen so far."""
        return EndpointFacts(
            failure=failure,
            stage=self._stage,
            banner=self._banner,
            extensions=self._offered,
            auth=mechanisms(self._offered),
            tls=self._tls,
        )

    async def _connect(self) -> SmtpWire:
        failure = Broken("the host has no address")
        for target in await self._targets():
            try:
                return await SmtpWire.connect(target, timeout=self._ways.network.timeout)
            except Broken as broken:
                failure = broken
            if failure.late:
                break
        if failure.ours:
            raise Untold(Unknown(reason=f"{self._host}: {failure} on this machine", needs="a way to it in the network"))
        raise failure

    async def _targets(self) -> list[tuple[str, int]]:
        host, port = self._ways.network.connect_to(self._host, self._port)
        match await self._ways.resolver.addresses(host):
            case Seen(value=addresses):
                return [(address, port) for address in addresses[:_ADDRESSES]]
            case Absent(how=how):
                raise Untold(Unknown(reason=f"{host} has no address in DNS ({how})"))
            case Unknown(reason=reason, needs=needs):
                raise Untold(Unknown(reason=f"the address of {host} is not known: {reason}", needs=needs))

    async def _greet(self) -> None:
        banner = await self.wire.reply("banner")
        self._greeted = True
        self._banner = str(banner)
        if banner.code != 220:  # RFC 5321 4.3.2
            raise Broken(f"the server greets with {banner}")

    async def _introduce(self) -> None:
        self._offered = ()
        reply = await self.wire.command(f"EHLO {self.wire.own_address}")
        if reply.code != 250:
            raise Broken(f"EHLO is answered with {reply}")
        self._offered = extensions(reply)

    async def _start_tls(self) -> None:
        if not offers(self._offered, "STARTTLS"):
            raise Broken("STARTTLS is not offered")
        reply = await self.wire.command("STARTTLS")
        if reply.code != 220:  # RFC 3207 4
            raise Broken(f"STARTTLS is answered with {reply}")
        await self._secure()
        self._stage = "ehlo"
        await self._introduce()  # RFC 3207 4.2: what was said in clear is forgotten

    async def _secure(self) -> None:
        self._stage = "tls"
        try:
            await self.wire.start_tls(self._trust, self._host)
        except ssl.SSLCertVerificationError as error:
            shown = await self._look_again()
            self._tls = replace(shown, problem=problem(error, shown, self._host))
            raise Broken(self._tls.problem) from None
        self._tls = facts_of(self.wire.tls)

    async def _look_again(self) -> TlsFacts:
        """The certificate that was refused, read in a second session that takes any and ends after EHLO."""
        second = Session(self._ways, host=self._host, port=self._port, security=self._security)
        second._trust = unverified()
        with contextlib.suppress(Broken, Untold):  # what it saw until then is all there is
            async with second:
                await second.open()
        self._banner, self._offered = second._banner or self._banner, second._offered
        return second._tls or TlsFacts(version="")

    async def _quit(self, wire: SmtpWire, *, wait: bool) -> None:
        wire.say("QUIT")
        if not wait:
            return
        with contextlib.suppress(Broken):  # it is over either way
            await wire.reply("answer to QUIT", seconds=_FAREWELL)
