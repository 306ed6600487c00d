"""Guessing passwords: each wrong one slows the next, too many lock.

    guard = Guard()
    guard.locked("ann", "203.0.113.9", at=0.0)      # 0.0: not locked
    guard.failed("ann", "203.0.113.9", at=0.0)      # 0.5: seconds to wait before the client is told

Three counts of wrong passwords: of a login from one address, of an address, of a login. Whoever guesses is locked out at the
address; a login as a whole is locked only for addresses from which it never succeeded, so nobody can lock out a user from
elsewhere. Gmail logs in from many addresses that it shares with strangers: those of one network (/24, /48) count as one.
Moments are seconds of any clock that only goes forward.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache

PAIR, ADDRESS, LOGIN = 10, 50, 100
"""Wrong passwords within ``LOCK`` that lock: of a login from one network, of a network, of a login."""
LOCK = 900.0
"""Seconds that a lock, and the memory of a wrong password, last."""
_SLOWEST = 8.0
_REMEMBERED = 20_000
Key = tuple[str, str]


@dataclass(slots=True)
class _Count:
    wrong: int = 0
    last: float = 0.0


@dataclass(slots=True)
class Guard:
    """What is remembered of wrong passwords, bounded in size; the oldest are forgotten first."""

    _counts: OrderedDict[Key, _Count] = field(default_factory=OrderedDict)
    _proven: OrderedDict[Key, None] = field(default_factory=OrderedDict)

    def locked(self, login: str, address: str, *, at: float) -> float:
        """Seconds for which this login is locked at this address; 0 when it is not."""
        place = network(address)
        limits = [((login, place), PAIR), (("", place), ADDRESS)]
        if (login, place) in self._proven:
            limits = limits[:1]
        else:
            limits.append(((login, ""), LOGIN))
        return max(self._left(key, limit, at) for key, limit in limits)

    def failed(self, login: str, address: str, *, at: float) -> float:
        """Count a wrong password; seconds to wait before the client is told."""
        place = network(address)
        for key in ((login, place), ("", place), (login, "")):
            count = self._counts.pop(key, None) or _Count()
            if at - count.last > LOCK:
                count.wrong = 0
            count.wrong, count.last = count.wrong + 1, at
            self._counts[key] = count
        while len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)
        wrong = self._counts[login, place].wrong
        return min(_SLOWEST, 0.25 * 2.0 ** min(wrong, 10))

    def succeeded(self, login: str, address: str) -> None:
        """A right password: the login is known at this address."""
        place = network(address)
        self._counts.pop((login, place), None)
        self._proven[login, place] = None
        if len(self._proven) > _REMEMBERED:
            self._proven.popitem(last=False)

    def _left(self, key: Key, limit: int, at: float) -> float:
        count = self._counts.get(key)
        if count is None or count.wrong < limit:
            return 0.0
        return max(0.0, count.last + LOCK - at)


@lru_cache(maxsize=4096)
def network(address: str) -> str:
    """The network that an address counts for; an address that is none counts for itself.

    A socket that serves both protocols, as systemd makes them, shows IPv4 as ::ffff:203.0.113.9 (RFC 4291 2.5.5.2). Taken for
    IPv6, all of IPv4 would be one network, and anybody in it could lock everybody out.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))
