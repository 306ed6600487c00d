"""What every look at a domain asks, asked before the checks are even imported: DNS answers while Python reads files.

    asker = Shared(world)
    ahead = asyncio.create_task(foreseen(asker, "sailing.example", budget=20))

Over an asker that remembers its answers the checks find them there, and nothing is asked twice. Nothing is concluded here.
"""

from __future__ import annotations

import asyncio

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.gathering import gathered
from mailstrata.diagnosis.published_view import published
from mailstrata.formats import dmarc_check, spf_tree
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Asker
from mailstrata.model.question import Authority, Mx, Nameservers, Published, Txt, ZoneOf


async def foreseen(asker: Asker, domain: str, *, budget: float) -> None:
    """Ask for the domain's zone and who serves it, for its mail exchangers, its DMARC record and its SPF record's tree.

    The two records are asked of the zone's own servers, too.
    """

    def zone(evidence: Evidence) -> None:
        # most domains are a zone of their own: asked together, its servers cost no round more
        evidence.want(ZoneOf(domain), Nameservers(domain), Mx(domain), dmarc_check.at(domain))
        apex = evidence[ZoneOf(domain)]
        servers = evidence[Nameservers(apex.value)] if isinstance(apex, Seen) else apex
        if isinstance(apex, Seen) and isinstance(servers, Seen):
            evidence.want(*_of_zone(domain, apex.value), *(Authority(apex.value, str(one)) for one in servers.value))

    await asyncio.gather(
        gathered(asker, zone, budget=budget),
        gathered(asker, lambda evidence: spf_tree.read(evidence, domain), budget=budget),
    )


def _of_zone(domain: str, apex: str) -> tuple[Published, ...]:
    """What its servers publish where the domain's SPF and DMARC records stand."""
    return tuple(published(apex, record) for record in (Txt(domain), dmarc_check.at(domain)))
