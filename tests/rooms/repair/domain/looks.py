"""Looks at a domain, for the specifications of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailstrata.model.facts import DkimFacts, HostedZoneFacts, IdentityFacts, MailFromFacts, SesAccountFacts
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.repair.domain.goal import Goal, records
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.state import Observed, Place

GOAL = Goal(domain="sailing.example", region="us-east-1", mail_from="bounce.sailing.example")
DKIM = DkimFacts(tokens=("aaaa", "bbbb"))
IDENTITY = IdentityFacts(dkim=DKIM, mail_from=MailFromFacts(domain="bounce.sailing.example"))
ZONE = HostedZoneFacts(id="Z1", name="sailing.example", nameservers=("ns1.example",))
EVIDENCE = Evidence(signed=True)


def published(goal: Goal = GOAL, dkim: DkimFacts | None = DKIM) -> dict[Place, Observation[tuple[str, ...]]]:
    """Everything that is wanted stands; no CNAME is in its way."""
    found: dict[Place, Observation[tuple[str, ...]]] = {}
    for wanted in records(goal, dkim):
        name, kind = wanted.record.name, wanted.record.type
        found.setdefault((name, "CNAME"), Absent())
        found[name, kind] = Seen(value=tuple(value.strip('"') for value in wanted.record.values))
    return found


def look(
    standing: Mapping[Place, Observation[tuple[str, ...]]] | None = None,
    *,
    identity: Observation[IdentityFacts] = Seen(value=IDENTITY),  # noqa: B008 - a frozen value
    **changes: Any,
) -> Observed:
    """A domain that is as it should be, but for what is said."""
    facts: dict[str, Any] = {"account": Seen(value=SesAccountFacts()), "zone": Seen(value=ZONE), **changes}
    return Observed(identity=identity, standing={**published(), **(standing or {})}, **facts)
