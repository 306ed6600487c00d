"""Takes back the last apply of a domain: what the ledger says stood there before is put back, the last change first.

    async for step in undone("sailing.example", tools): ...

What somebody has changed since is theirs and stays. A row without an outcome died in between: what stands there now tells
whether it was made. Only where the undo itself would do harm if it was not, it is named and left; the next undo takes back
the run before.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from mailstrata.formats.dns_record import folded, txt
from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MailFromFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Unknown
from mailstrata.model.ports import LedgerRow
from mailstrata.model.question import SesIdentity
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.domain.apply import KIND, SETTING, settings

UNDO = "domain-undo"
"""The kind of the ledger's rows; ``of`` names the row that is taken back."""
_LEFT = "left to a person"

_ONLY_IF_MADE = frozenset({"create-identity", "renew-dkim"})
"""Deleting an identity or its key is no undo when somebody else made it."""


async def undone(domain: str, tools: Tools) -> AsyncIterator[Step]:
    """Take the last run back. Raises ``Refusal`` (status 4) when there is none, or where a step fails."""
    for row in _last_run(domain, tools):
        change = row.details["change"]
        if not row.outcome and change in _ONLY_IF_MADE:
            tools.ledger.finish(_begun(row, domain, tools), _LEFT)
            yield Step(text=f"not undone: {change}, since it is not known what became of it: look at SES", done=False)
            continue
        mark = _begun(row, domain, tools)
        words = await settled(mark, _taken_back(row, domain, tools), tools)
        tools.ledger.finish(mark, "done")
        yield Step(text=words)


def _begun(row: LedgerRow, domain: str, tools: Tools) -> int:
    return tools.ledger.begin(UNDO, domain, {"of": str(row.id), "change": row.details["change"]})


def _last_run(domain: str, tools: Tools) -> list[LedgerRow]:
    """The changes of the last run that made or may have made any, the last one first."""
    over = {row.details["of"] for row in tools.ledger.rows(UNDO, domain) if row.outcome in {"done", _LEFT}}
    rows = [row for row in tools.ledger.rows(KIND, domain) if str(row.id) not in over and row.outcome != "failed"]
    if not rows:
        raise Refusal(f"the ledger knows of no change of {domain} that could be undone", status=4)
    run = rows[-1].details["run"]
    return [row for row in reversed(rows) if row.details["run"] == run]


async def _taken_back(row: LedgerRow, domain: str, tools: Tools) -> str:
    name = row.details["change"]
    if "zone" in row.details:
        return await _records(row, tools)
    before: dict[str, Any] = json.loads(row.details["before"])
    region = row.details["region"]
    if name != "renew-dkim" and await _stands_as_before(row, before, domain, tools):
        return f"nothing to undo: {name} of {domain} in {region}, it stands as it did before"
    await _setting(name, before, domain, region=region, tools=tools)
    return f"undone: {name} of {domain} in {region}"


async def _stands_as_before(row: LedgerRow, before: dict[str, Any], domain: str, tools: Tools) -> bool:
    """Whether the setting is the old one; where it is neither that nor ours it is somebody else's, and not undone."""
    name, region = row.details["change"], row.details["region"]
    identity = await tools.asker.ask(SesIdentity(region, domain))
    if isinstance(identity, Unknown):
        raise Refusal(f"{domain} in {region} cannot be seen: {identity.reason}", identity.needs, status=4)
    now, old = settings(identity).get(SETTING[name]), before.get(SETTING[name])
    if (now or "") == (old or ""):
        return True
    if now != json.loads(row.details["after"]):
        raise Refusal(
            f"{SETTING[name]} of {domain} in {region} was changed since; nothing was undone there",
            f"the ledger has what it was before: {json.dumps(old)}",
            status=4,
        )
    return False


async def _records(row: LedgerRow, tools: Tools) -> str:
    """Put the record sets back; where somebody has changed one since, it is theirs now."""
    zone, made, before = row.details["zone"], _read(row.details["records"]), _read(row.details["before"])
    there = await tools.dns.standing(zone, made)
    if all(_folded(now) == _folded(then) for now, then in zip(there, before, strict=True)):
        return f"nothing to undo in zone {zone}: it stands as it did before"
    for now, then in zip(there, made, strict=True):
        if _folded(now) != _folded(_plain(then)):
            raise Refusal(
                f"{then.type} {then.name} was changed after it was published; nothing was undone in DNS",
                "put it back by hand: the ledger has what stood there before",
                status=4,
            )
    await tools.dns.publish(zone, tuple(txt(one.name, one.values) if one.type == "TXT" else one for one in before))
    return f"put back {len(before)} record sets in zone {zone}"


def _read(text: str) -> tuple[Record, ...]:
    return tuple(Record(name=name, type=kind, values=tuple(values)) for name, kind, values in json.loads(text))


def _plain(record: Record) -> Record:
    """As it stands in the zone: texts without quotes."""
    if record.type != "TXT":
        return record
    return Record(name=record.name, type="TXT", values=tuple(unquoted(value) for value in record.values))


def _folded(record: Record) -> frozenset[str]:
    """The values; host names without case and last dot."""
    return frozenset(value if record.type == "TXT" else folded(value) for value in record.values)


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
