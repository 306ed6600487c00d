"""Identities that a listing of SES has shown not to exist are not asked for one by one.

    asker = Listed(world, inventory, at=now)
    await asker.ask(SesIdentity("us-east-1", "postmaster@sailing.example"))     # Absent, and SES was not asked again

SES lets one request a second in, per region (facts.md B1); one request lists a thousand identities. For hundreds of domains
that is half of all requests: each domain's address identity is looked for too, and few have one. What is listed is asked
for, since the listing tells little of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailstrata.model.inventory import Inventory
from mailstrata.model.observation import Absent, Observation
from mailstrata.model.ports import Asker
from mailstrata.model.question import Question, SesIdentity


class Listed:
    """Asks ``asker`` all but for identities that ``inventory``, made ``at`` this time, lacks where it was listed whole."""

    def __init__(self, asker: Asker, inventory: Inventory, *, at: datetime) -> None:
        self._asker = asker
        self._there = frozenset((one.region, one.name.lower()) for one in inventory.identities)
        self._regions = frozenset(inventory.listed)
        self._at = at

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The answer; an identity that is in no listing is absent."""
        match question:
            case SesIdentity(region=region, name=name) if region in self._regions:
                if (region, name.lower()) not in self._there:
                    return Absent(how="not listed", source=f"SES's list of identities in {region}", at=self._at)
        return await self._asker.ask(question)
