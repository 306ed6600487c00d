"""Sees published records with its own eyes: asks for each until it is there, for a minute at most.

The zone's own name servers are asked, for a resolver may remember for a long time that there was none (RFC 2308). Only where
none of them can be asked from here the resolver's word is waited for.
"""

from __future__ import annotations

from typing import Any

from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MxHost, ServerAnswer
from mailstrata.model.finding import Record
from mailstrata.model.observation import Observation, Seen
from mailstrata.model.ports import Asker, Clock
from mailstrata.model.question import Cname, Mx, Published, Question, Txt

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
    answers = [one for one in told.value.answers if not one.failure and not one.alias] if isinstance(told, Seen) else []
    if answers:
        return all(_gives(record, answer) for answer in answers)
    seen: Observation[Any] = await asker.ask(_question(record))
    return isinstance(seen, Seen) and _shows(record, _written(seen.value))


def _question(record: Record) -> Question[Any]:
    kinds: dict[str, type[Txt] | type[Mx] | type[Cname]] = {"TXT": Txt, "MX": Mx, "CNAME": Cname}
    return kinds[record.type](record.name)


def _written(value: Any) -> tuple[str, ...]:
    """A resolver's answer in the form in which a record's values stand."""
    if isinstance(value, str):
        return (value,)
    return tuple(f"{one.preference} {one.host}" if isinstance(one, MxHost) else str(one) for one in value)


def _gives(record: Record, answer: ServerAnswer) -> bool:
    return _shows(record, answer.values)


def _shows(record: Record, values: tuple[str, ...]) -> bool:
    if record.type == "TXT":
        return {unquoted(text) for text in record.values} <= set(values)
    return {_host(text) for text in record.values} == {_host(text) for text in values}


def _host(text: str) -> str:
    return text.rstrip(".").lower()
