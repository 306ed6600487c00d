"""Google's networks, as Google publishes them, and what counts while they are not known."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from typing import Any

from mailstrata.adapters.relay_origins import RECORD, google, origins
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Question, Txt
from mailstrata.relay.admission import ELSEWHERE, UNKNOWN, Origins

PUBLISHED: Mapping[str, tuple[str, ...]] = {
    RECORD: ("v=spf1 include:_netblocks.google.com include:_netblocks2.google.com ~all",),
    "_netblocks.google.com": ("v=spf1 ip4:74.125.0.0/16 ip4:209.85.128.0/17 ~all",),
    "_netblocks2.google.com": ("v=spf1 ip6:2001:4860:4000::/36 ~all",),
}


class Zone:
    """Answers TXT from a table; what is not in it is as ``otherwise``."""

    def __init__(self, records: Mapping[str, tuple[str, ...]], otherwise: Observation[Any]) -> None:
        self._records = records
        self._otherwise = otherwise

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The records of a name."""
        assert isinstance(question, Txt)
        found = self._records.get(question.name)
        return Seen(value=found) if found else self._otherwise


def test_the_networks_are_gathered_from_every_include() -> None:
    """IPv4 and IPv6."""
    found = asyncio.run(google(Zone(PUBLISHED, Absent())))
    assert found is not None
    assert {str(one) for one in found} == {"74.125.0.0/16", "209.85.128.0/17", "2001:4860:4000::/36"}


def test_with_a_record_missing_nothing_is_concluded() -> None:
    """Half of the networks would turn half of Gmail away."""
    for gone in PUBLISHED:
        rest = {name: text for name, text in PUBLISHED.items() if name != gone}
        assert asyncio.run(google(Zone(rest, Unknown(reason="SERVFAIL")))) is None


def test_records_that_include_each_other_end() -> None:
    """After ten."""
    assert asyncio.run(google(Zone({RECORD: (f"v=spf1 include:{RECORD} ~all",)}, Absent()))) is None


def test_google_and_own_networks_count_together() -> None:
    """And nobody else."""
    found = asyncio.run(origins(("google", "203.0.113.0/24"), Zone(PUBLISHED, Absent())))
    assert found.refused("209.85.220.41") is None
    assert found.refused("203.0.113.9") is None
    assert found.refused("198.51.100.7") == ELSEWHERE


def test_what_was_known_counts_while_google_cannot_be_asked() -> None:
    """Without anything known the answer is temporary."""
    dark = Zone({}, Unknown(reason="timed out"))
    before = Origins([ipaddress.ip_network("74.125.0.0/16")])
    assert asyncio.run(origins(("google",), dark, before)) is before
    assert asyncio.run(origins(("google",), dark)).refused("74.125.1.1") == UNKNOWN


def test_without_networks_nobody_is_asked() -> None:
    """All may connect."""
    assert asyncio.run(origins((), Zone({}, Absent()))).refused("198.51.100.7") is None
