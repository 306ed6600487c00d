"""Sees published records with its own eyes: asks for each until it is there, for a minute at most."""

from __future__ import annotations

from typing import Any

from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Record
from mailstrata.model.observation import Seen
from mailstrata.model.ports import Asker, Clock
from mailstrata.model.question import Cname, Mx, Question, Txt

SECONDS = 60
"""How long the zone's servers may take; Route 53 needs less (facts.md B3)."""


async def published(record: Record, asker: Asker, clock: Clock) -> str:
    """A sentence once ``record`` is seen; raises ``Refusal`` (status 4) when it does not appear."""
    waited = 0
    while waited <= SECONDS:
        observation = await asker.ask(_question(record))
        if isinstance(observation, Seen) and _shows(record, observation.value):
            return f"{record.type} {record.name} is there"
        await clock.sleep(5)
        waited += 5
    raise Refusal(
        f"{record.type} {record.name} was published but is not seen yet",
        "a resolver may still hold the old answer; run the diagnosis again after its time to live",
        status=4,
    )


def _question(record: Record) -> Question[Any]:
    kinds: dict[str, type[Txt] | type[Mx] | type[Cname]] = {"TXT": Txt, "MX": Mx, "CNAME": Cname}
    return kinds[record.type](record.name)


def _shows(record: Record, value: Any) -> bool:
    if record.type == "MX":
        seen = {f"{host.preference} {host.host.rstrip('.').lower()}" for host in value}
        return seen == {text.rstrip(".").lower() for text in record.values}
    if record.type == "CNAME":
        return str(value).rstrip(".").lower() == record.values[0].rstrip(".").lower()
    return {unquoted(text) for text in record.values} <= set(value)
