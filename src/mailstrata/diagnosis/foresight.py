"""What every look at a domain asks, asked before the checks are even imported: DNS answers while Python reads files.

    asker = Shared(world)
    ahead = asyncio.create_task(foreseen(asker, "sailing.example", budget=20))

Over an asker that remembers its answers the checks find them there, and nothing is asked twice. Nothing is concluded here.
"""

from __future__ import annotations

import asyncio

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.gathering import gathered
from mailstrata.formats import spf_tree
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Asker
from mailstrata.model.question import Authority, Mx, Nameservers, Txt, ZoneOf


async def foreseen(asker: Asker, domain: str, *, budget: float) -> None:
    """Ask for the domain's zone and who serves it, for its mail exchangers, its DMARC record, and its SPF record's tree."""

    def zone(evidence: Evidence) -> None:
        # most domains are a zone of their own: asked together, its servers cost no round more
        evidence.want(ZoneOf(domain), Nameservers(domain), Mx(domain), Txt(f"_dmarc.{domain}"))
        apex = evidence[ZoneOf(domain)]
        servers = evidence[Nameservers(apex.value)] if isinstance(apex, Seen) else apex
        if isinstance(apex, Seen) and isinstance(servers, Seen):
            evidence.want(*(Authority(apex.value, str(name)) for name in servers.value))

    await asyncio.gather(
        gathered(asker, zone, budget=budget),
        gathered(asker, lambda evidence: spf_tree.read(evidence, domain), budget=budget),
    )
