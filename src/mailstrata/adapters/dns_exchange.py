"""One DNS question to one server, over UDP and, when the answer is cut short, over TCP.

    exchange = DnsExchange(timeout=5.0)
    match await exchange.ask(Server(ip="192.0.2.53"), dns.name.from_text("sailing.example"), dns.rdatatype.MX):
        case Heard(message=message): ...           # whatever its rcode
        case Silence(failure=failure): ...         # "timed out after 5 s"

Equal questions under way at once are sent once. A server of which nothing was ever heard and that timed out twice is not
asked again: the third time-out is known beforehand (peers-diagnosis 4.1, "retries multiply").
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter

import dns.exception
import dns.inet
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from mailstrata.adapters.dns_query import Query
from mailstrata.adapters.in_flight import InFlight
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

_LONGEST = 65535
"""Octets of the longest datagram; what an answer may have is told in the question."""
_FIRST_TRY = 0.4
"""The share of the time after which the datagram is sent once more: it may have been lost."""
_STRIKES = 2
_OURS = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL, errno.EMFILE})
"""Errors of this machine, which say nothing of the server."""
_UNREADABLE = (dns.exception.DNSException, ValueError, EOFError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where DNS is asked."""

    ip: str
    port: int = 53

    @classmethod
    def parse(cls, text: str) -> Server:
        """Read ``IP``, ``IP:PORT`` or ``[IP]:PORT``; raises ``Malformed``."""
        ip, port = text, ""
        if text.startswith("["):
            ip, closed, port = text[1:].partition("]")
            ip = ip if closed else text
        elif text.count(":") == 1:
            ip, _, port = text.partition(":")
        number = port.removeprefix(":") or "53"
        if not dns.inet.is_address(ip) or not number.isdecimal() or not 0 < int(number) < 65536:
            raise Malformed("dns_servers", repr(text), "IP or IP:PORT, such as 192.0.2.53 or [2001:db8::53]:53")
        return cls(ip=ip, port=int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The server answered; with what rcode, its message says."""

    message: dns.message.Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No usable answer came. ``ours``: since this machine could not even ask."""

    failure: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    server: Server
    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    recurse: bool

    def query(self, *, edns: bool = True) -> Query:
        return Query(self.name, self.rdtype, recurse=self.recurse, edns=edns)


class DnsExchange:
    """Asks servers and remembers which of them are dead. ``timeout``: seconds for one question with all its tries."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._flights: InFlight[_Asked, Heard | Silence] = InFlight()
        self._heard: set[Server] = set()
        self._timeouts: Counter[Server] = Counter()

    async def ask(
        self,
        server: Server,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        *,
        recurse: bool = True,
        seconds: float | None = None,
    ) -> Heard | Silence:
        """What ``server`` says; never raises. ``seconds`` shortens the time-out of this question."""
        asked = _Asked(server, name, rdtype, recurse)
        return await self._flights.join(asked, lambda: self._ask(asked, seconds or self.timeout))

    async def _ask(self, asked: _Asked, seconds: float) -> Heard | Silence:
        late = Silence(failure=f"timed out after {seconds:g} s")
        if self._timeouts[asked.server] >= _STRIKES and asked.server not in self._heard:
            return late
        try:
            async with asyncio.timeout(seconds):
                message = await _converse(asked, seconds)
        except (TimeoutError, dns.exception.Timeout):
            self._timeouts[asked.server] += 1
            return late
        except OSError as error:
            return _unreached(error)
        except _UNREADABLE:
            return Silence(failure="gave an answer that cannot be read")
        self._heard.add(asked.server)
        return Heard(message=message)


async def _converse(asked: _Asked, seconds: float) -> dns.message.Message:
    answer = await _exchange(asked, asked.query(), seconds)
    if answer.rcode() == dns.rcode.FORMERR and answer.edns < 0:
        return await _exchange(asked, asked.query(edns=False), seconds)  # RFC 6891 7: it does not know EDNS
    return answer


async def _exchange(asked: _Asked, query: Query, seconds: float) -> dns.message.Message:
    try:
        try:
            return await _datagram(asked.server, query, seconds * _FIRST_TRY)
        except TimeoutError:
            return await _datagram(asked.server, query, seconds)
    except dns.message.Truncated:
        from dns import asyncquery  # only an answer that is cut short needs it

        return await asyncquery.tcp(query.message(), asked.server.ip, port=asked.server.port)  # RFC 7766 5


async def _datagram(server: Server, query: Query, seconds: float) -> dns.message.Message:
    """UDP on a connected socket, which hears of refused ports and takes nothing from strangers (RFC 5452 9.1)."""
    loop = asyncio.get_running_loop()
    with _connected(server) as connection:
        await loop.sock_sendall(connection, query.wire)
        async with asyncio.timeout(seconds):
            answer = await loop.sock_recv(connection, _LONGEST)
    message = dns.message.from_wire(answer, raise_on_truncation=True)
    if not query.is_answered_by(message):  # RFC 5452 4.3: what answers another question is no answer
        raise ValueError("it answers another question")
    return message


def _connected(server: Server) -> socket.socket:
    family = dns.inet.af_for_address(server.ip)
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.connect(dns.inet.low_level_address_tuple((server.ip, server.port), family))
    except OSError:
        made.close()
        raise
    return made


def _unreached(error: OSError) -> Silence:
    if isinstance(error, ConnectionRefusedError):
        return Silence(failure="connection refused")
    if isinstance(error, ConnectionResetError):
        return Silence(failure="connection reset")
    return Silence(failure=f"cannot be reached ({error.strerror or 'network error'})", ours=error.errno in _OURS)
