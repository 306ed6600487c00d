"""Which SES identity stands behind the mail of a domain, region by region (facts.md B2).

A verified domain vouches for its addresses and for what lies below it; an address can be an identity of its own and vouches
for itself. So "is sailing.example verified?" is read in three places:

    in_force(evidence, "us-east-1", "news.sailing.example")     # ("sailing.example", Seen(…))
    vouched(case, evidence, "us-east-1")                        # frozenset({"admin@sailing.example"})
"""

from __future__ import annotations

from collections.abc import Iterable

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.refusals import not_verified
from mailstrata.diagnosis.region_paths import own_in_region, senders
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.names import parents
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import SesIdentity

ERRORS = {
    "SERVICE_ERROR": "SES itself had trouble when it looked",
    "DNS_SERVER_ERROR": "the domain's name servers gave SES no usable answer",
    "HOST_NOT_FOUND": "SES finds no such names as the DKIM records should have",
    "TYPE_NOT_FOUND": "the names are there, but hold no CNAME",
    "INVALID_VALUE": "the records are there, but point elsewhere",
}
"""VerificationInfo.ErrorType in words (facts.md B1)."""


def in_force(evidence: Evidence, region: str, name: str) -> tuple[str, Observation[IdentityFacts]]:
    """The domain identity that covers ``name``: its own or the nearest above it; ``Absent`` when there is none."""
    own = evidence[SesIdentity(region, name)]
    if not isinstance(own, Absent):
        return name, own
    above = parents(name)
    evidence.want(*(SesIdentity(region, parent) for parent in above))
    for parent in above:
        seen = evidence[SesIdentity(region, parent)]
        if not isinstance(seen, Absent):
            return parent, seen
    return name, own


def vouched(case: Case, evidence: Evidence, region: str) -> frozenset[str] | Unknown:
    """The senders that are verified identities of their own in ``region``."""
    addresses = senders(case, region)
    evidence.want(*(SesIdentity(region, address) for address in addresses))
    verified = set()
    for address in addresses:
        match evidence[SesIdentity(region, address)]:
            case Seen(value=facts) if facts.verified:
                verified.add(address)
            case Unknown() as unknown:
                return unknown
    return frozenset(verified)


def all_vouched(case: Case, region: str, verified: frozenset[str]) -> bool:
    """Whether nobody is left who needs the domain's identity."""
    return bool(verified) and verified >= set(senders(case, region))


def halted(case: Case, region: str, verified: frozenset[str]) -> tuple[Attempt, ...]:
    """The sends that an unverified domain stops: those whose sender is no verified identity of its own."""
    return tuple(send for send in own_in_region(case, region) if send.sender.lower() not in verified)


def refused_for_identity(sends: Iterable[Attempt], region: str) -> tuple[Attempt, ...]:
    """Those that SES refused because the sender is not verified."""
    return tuple(send for send in sends if not_verified(send, send.sender, region))
