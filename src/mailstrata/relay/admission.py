"""Whether a connection is let in: how many there are, how many from its address, and from where it comes.

admission = Admission(total=2000, per_address=100)
admission.enter("203.0.113.9")        # None: come in; or the 421 that turns it away
admission.leave("203.0.113.9")
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable

from mailstrata.model.reply import Reply

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FULL = Reply(code=421, enhanced="4.7.0", text="Too many connections: try again later")
FULL_HERE = Reply(code=421, enhanced="4.7.0", text="Too many connections from your address")
ELSEWHERE = Reply(code=554, enhanced="5.7.1", text="This relay is not for your address")
UNKNOWN = Reply(
    code=421, enhanced="4.3.0", text="The relay does not know yet which addresses it is for: try again later"
)


class Origins:
    """The networks that clients may come from. Made without any, it lets all in; ``None`` means: not known yet."""

    def __init__(self, networks: Iterable[Network] | None = ()) -> None:
        self._unknown = networks is None
        self._networks = tuple(networks or ())

    @property
    def known(self) -> bool:
        """Whether it can be told who may come."""
        return not self._unknown

    def refused(self, address: str) -> Reply | None:
        """Why a client from ``address`` is turned away, or ``None``."""
        if self._unknown:
            return UNKNOWN
        if not self._networks:
            return None
        ip = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(ip, "ipv4_mapped", None)
        return None if any((mapped or ip) in network for network in self._networks) else ELSEWHERE


class Admission:
    """The connections that are open, counted. The limits and the origins may be exchanged while it runs."""

    def __init__(self, *, total: int, per_address: int, origins: Origins | None = None) -> None:
        self.origins = origins or Origins()
        self.total = total
        self.per_address = per_address
        self._open: Counter[str] = Counter()
        self.count = 0

    def enter(self, address: str) -> Reply | None:
        """Count a connection in; the reply that turns it away instead, and then it is not counted."""
        if refusal := self.origins.refused(address):
            return refusal
        if self.count >= self.total:
            return FULL
        if self._open[address] >= self.per_address:
            return FULL_HERE
        self._open[address] += 1
        self.count += 1
        return None

    def leave(self, address: str) -> None:
        """Count a connection out that was let in."""
        self.count -= 1
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
