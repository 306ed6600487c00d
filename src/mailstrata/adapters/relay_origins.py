"""The networks that clients may come from: those of the setup, and Google's own, which Google publishes as SPF.

    await google(asker)        # (IPv4Network("35.190.247.0/24"), …); None when it cannot be known now

`_spf.google.com` includes _netblocks, _netblocks2 and _netblocks3; Gmail's "Send mail as" connects from there
(peers-sending 1.6). They change a few times a year, so they are asked for again each hour.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from mailstrata.formats import spf
from mailstrata.formats.relay_settings import GOOGLE
from mailstrata.model.errors import Malformed
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Asker
from mailstrata.model.question import Txt
from mailstrata.relay.admission import Network, Origins

RECORD = "_spf.google.com"
EACH = 3600.0
"""Seconds between two looks."""
_RECORDS = 10


async def origins(clients: Sequence[str], asker: Asker, before: Origins | None = None) -> Origins:
    """Who may connect. When Google's networks cannot be known now, those known before go on counting."""
    if not clients:
        return Origins()
    networks = [ipaddress.ip_network(one) for one in clients if one != GOOGLE]
    if GOOGLE not in clients:
        return Origins(networks)
    published = await google(asker)
    if published is None:
        return before or Origins(None)
    return Origins([*networks, *published])


async def google(asker: Asker) -> tuple[Network, ...] | None:
    """Google's networks; ``None`` when a record could not be seen or read."""
    found: list[Network] = []
    names, asked = [RECORD], 0
    while names:
        asked += 1
        terms = await _terms(asker, names.pop()) if asked <= _RECORDS else None
        if terms is None:
            return None
        found += [ipaddress.ip_network(term.value, strict=False) for term in terms if term.name in {"ip4", "ip6"}]
        names += [term.value for term in terms if term.name in {"include", "redirect"}]
    return tuple(found)


async def _terms(asker: Asker, name: str) -> tuple[spf.Term, ...] | None:
    answer = await asker.ask(Txt(name))
    if not isinstance(answer, Seen):
        return None
    try:
        return next((tuple(spf.terms(text)) for text in answer.value if spf.is_record(text)), None)
    except Malformed:
        return None
