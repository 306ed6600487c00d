"""The rates that AWS judges an account by, in words (facts.md B1)."""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.model.observation import Seen
from mailstrata.model.question import Reputation


def rates(evidence: Evidence, region: str) -> tuple[str, ...]:
    """The rates, where CloudWatch tells them; AWS pauses from about 10 % and 0.5 % on."""
    seen = evidence[Reputation(region)]
    if not isinstance(seen, Seen):
        return ()
    told = {"bounce rate": (seen.value.bounce_rate, "10 %"), "complaint rate": (seen.value.complaint_rate, "0.5 %")}
    known = [
        f"{name} {rate:.1%} (AWS pauses at about {limit})" for name, (rate, limit) in told.items() if rate is not None
    ]
    return ("; ".join(known),)
