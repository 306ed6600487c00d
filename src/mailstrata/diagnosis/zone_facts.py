"""Whether the zone that Route 53 holds is the one that the world asks.

A record in a zone that no one is pointed to is nowhere. Where the public delegation names other servers than the zone's own,
missing records are a consequence of that:

    if elsewhere(evidence, "sailing.example"): …caused_by="zone-not-authoritative"
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Gravity
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.model.question import HostedZone, Nameservers


def strangers(zone: HostedZoneFacts, delegated: Observation[tuple[str, ...]]) -> tuple[str, ...]:
    """The delegated servers that are none of the zone's."""
    own = {_host(name) for name in zone.nameservers}
    return tuple(name for name in map(_host, _names(delegated)) if name not in own)


def elsewhere(evidence: Evidence, domain: str) -> bool:
    """Whether it is known that Route 53 holds a zone for ``domain`` and that no delegated server is one of its."""
    zone = evidence[HostedZone(domain)]
    if not isinstance(zone, Seen):
        return False
    delegated = evidence[Nameservers(zone.value.name)]
    if isinstance(delegated, Absent):
        return True
    names = _names(delegated)
    return bool(names) and len(strangers(zone.value, delegated)) == len(names)


def cause(evidence: Evidence, domain: str, *, gravity: Gravity, verified: bool) -> str | None:
    """The code to blame for records of ``domain`` that are missing, where the zone is elsewhere.

    That code is a fault only beside an unverified identity, and a fault is nobody's effect who is none.
    """
    if gravity is Gravity.FAULT and verified:
        return None
    return "zone-not-authoritative" if elsewhere(evidence, domain) else None


def _names(delegated: Observation[tuple[str, ...]]) -> tuple[str, ...]:
    return delegated.value if isinstance(delegated, Seen) else ()


def _host(name: str) -> str:
    return name.rstrip(".").lower()
