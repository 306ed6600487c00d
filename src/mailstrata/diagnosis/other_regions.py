"""Where else the domain is an identity: it is verified for one region only, and easily for the wrong one.

    elsewhere(case, evidence, "eu-west-1").verified      # ("us-east-1",)

Asked only when the region in use does not have it: each region costs a request of SES's slow control plane.
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.model.attempt import Case
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesIdentity
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The other regions that were asked, those where the domain is verified, and one that could not be read."""

    asked: tuple[str, ...]
    verified: tuple[str, ...]
    unknown: Unknown | None


def elsewhere(case: Case, evidence: Evidence, region: str) -> Elsewhere:
    """The identity of the setup's domain in all regions of the setup but ``region``."""
    named = dict.fromkeys((*regions(case), *case.setup.regions))
    others = tuple(other for other in named if other != region)
    domain = case.setup.domain
    evidence.want(*(SesIdentity(other, domain) for other in others))
    seen = {other: evidence[SesIdentity(other, domain)] for other in others}
    return Elsewhere(
        asked=others,
        verified=tuple(where for where, one in seen.items() if isinstance(one, Seen) and one.value.verified),
        unknown=next((one for one in seen.values() if isinstance(one, Unknown)), None),
    )
