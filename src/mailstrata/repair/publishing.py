"""Sees published records with its own eyes: asks for each until it is there, for a minute at most.

The zone's own name servers are asked, for a resolver may remember for a long time that there was none (RFC 2308). Only where
none of them can be asked from here the resolver's word is waited for.
"""

from __future__ import annotations

from typing import Any

from mailstrata.formats.dns_record import folded, question, values
from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import ServerAnswer
from mailstrata.model.finding import Record
from mailstrata.model.observation import Observation, Seen
from mailstrata.model.ports import Asker, Clock
from mailstrata.model.question import Published

SECONDS = 60
"""How long the zone's servers may take; Route 53 needs less (facts.md B3)."""


async def published(record: Record, zone: str, asker: Asker, clock: Clock) -> str:
    """A sentence once ``record`` is seen; raises ``Refusal`` (status 4) when it does not appear."""
    waited = 0
    while waited <= SECONDS:
        if await _is_there(record, zone, asker):
            return f"{record.type} {record.name} is there"
        await clock.sleep(5)
        waited += 5
    raise Refusal(
        f"{record.type} {record.name} was published but is not seen yet",
        "run the diagnosis again in a minute; if it says so then, the world asks other name servers",
        status=4,
    )


async def _is_there(record: Record, zone: str, asker: Asker) -> bool:
    """Whether every server that tells gives it; a resolver's word where none does."""
    told = await asker.ask(Published(zone, record.name, record.type))
    answers = told.value.telling if isinstance(told, Seen) else ()
    if answers:
        return all(_gives(record, answer) for answer in answers)
    seen: Observation[Any] = await asker.ask(question(record.name, record.type))
    return isinstance(seen, Seen) and _shows(record, values(seen.value))


def _gives(record: Record, answer: ServerAnswer) -> bool:
    return _shows(record, answer.values)


def _shows(record: Record, seen: tuple[str, ...]) -> bool:
    if record.type == "TXT":
        return {unquoted(text) for text in record.values} <= set(seen)
    return {folded(text) for text in record.values} == {folded(text) for text in seen}
