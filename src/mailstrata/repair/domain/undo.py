"""Takes back the last apply of a domain: what the ledger says stood there before is put back, the last change first.

    async for step in undone("sailing.example", tools): ...

Only what was done is undone; a row without an outcome died in between and is named, since nobody knows what became of it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Record
from mailstrata.model.ports import LedgerRow
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.domain.apply import KIND

UNDO = "domain-undo"
"""The kind of the ledger's rows; ``of`` names the row that is taken back."""


async def undone(domain: str, tools: Tools) -> AsyncIterator[Step]:
    """Take the last run back. Raises ``Refusal`` (status 4) when there is none, or where a step fails."""
    for row in _last_run(domain, tools):
        if row.outcome != "done":
            state = row.outcome or "it is not known what became of it"
            yield Step(text=f"not undone: {row.details['change']} ({state})", done=False)
            continue
        mark = tools.ledger.begin(UNDO, domain, {"of": str(row.id), "change": row.details["change"]})
        words = await settled(mark, _taken_back(row, domain, tools), tools)
        tools.ledger.finish(mark, "done")
        yield Step(text=words)


def _last_run(domain: str, tools: Tools) -> list[LedgerRow]:
    taken_back = {row.details["of"] for row in tools.ledger.rows(UNDO, domain) if row.outcome == "done"}
    rows = [row for row in tools.ledger.rows(KIND, domain) if str(row.id) not in taken_back]
    if not rows:
        raise Refusal(f"the ledger knows of no change of {domain} that could be undone", status=4)
    run = rows[-1].details["run"]
    return [row for row in reversed(rows) if row.details["run"] == run]


async def _taken_back(row: LedgerRow, domain: str, tools: Tools) -> str:
    name = row.details["change"]
    if "zone" in row.details:
        return await _records(row, tools)
    before: dict[str, Any] = json.loads(row.details["before"])
    await _setting(name, before, domain, region=row.details["region"], tools=tools)
    return f"undone: {name} of {domain} in {row.details['region']}"


async def _records(row: LedgerRow, tools: Tools) -> str:
    """Put the record sets back; where somebody has changed one since, it is theirs now."""
    made, before = _read(row.details["records"]), _read(row.details["before"])
    there = await tools.dns.standing(row.details["zone"], made)
    for now, then in zip(there, made, strict=True):
        if not _same(now, then):
            raise Refusal(
                f"{then.type} {then.name} was changed after it was published; nothing was undone in DNS",
                "put it back by hand: the ledger has what stood there before",
                status=4,
            )
    await tools.dns.publish(row.details["zone"], before)
    return f"put back {len(before)} record sets in zone {row.details['zone']}"


def _read(text: str) -> tuple[Record, ...]:
    return tuple(Record(name=name, type=kind, values=tuple(values)) for name, kind, values in json.loads(text))


def _same(now: Record, then: Record) -> bool:
    from_quotes = {_plain(value) for value in then.values}
    return {_plain(value) for value in now.values} == from_quotes


def _plain(value: str) -> str:
    """A value without quotes between its strings, host names without their last dot."""
    return value.replace('" "', "").strip('"').rstrip(".")


async def _setting(name: str, before: dict[str, Any], domain: str, *, region: str, tools: Tools) -> None:
    ses = tools.ses
    match name:
        case "create-identity":
            await ses.delete_identity(region, domain)
        case "enable-dkim":
            await ses.disable_dkim(region, domain)
        case "renew-dkim":
            await ses.renew_dkim(region, domain, before["key_length"])
        case "set-mail-from":
            there = before.get("mail_from")
            facts = MailFromFacts(domain=there, on_failure=before["on_failure"]) if there else None
            await ses.set_mail_from(region, domain, facts)
        case "set-configuration-set":
            await ses.set_configuration_set(region, domain, before.get("configuration_set", ""))
        case "set-feedback":
            await ses.set_feedback(region, domain, forwarding=before["feedback_forwarding"])
        case _:
            raise Refusal(f"no way to undo {name!r} is known", status=4)
