"""The fix of the suppression list: an entry goes once its mailbox is known to exist (facts.md B5)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Finding
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import MailboxExists, Suppression
from mailstrata.model.setup import Setup
from mailstrata.repair.appliers.applying import Step, Tools, settled


async def remove_suppression(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The entry goes once the mailbox is known to exist; the ledger keeps what it said."""
    del setup
    target = dict(finding.target)
    region, address = target["region"], target["address"]
    yield Step(text=await _exists(region, address, tools))
    entry = await tools.asker.ask(Suppression(region, address))
    if isinstance(entry, Absent):
        yield Step(text=f"{address} is no longer on the list of {region}: nothing to do")
        return
    if isinstance(entry, Unknown):
        raise Refusal(f"the entry of {address} cannot be read: {entry.reason}", entry.needs, status=4)
    fact = entry.value
    details = {"region": region, "address": address, "reason": fact.reason, "message_id": fact.message_id}
    row = tools.ledger.begin("remove-suppression", address, {**details, "updated": fact.updated.isoformat()})
    await settled(row, tools.ses.remove_suppression(region, address), tools)
    await settled(row, _gone(region, address, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(
        text=f"removed the {fact.reason} entry of {fact.updated:%Y-%m-%d} from the list of {region}; the ledger has it"
    )


async def _gone(region: str, address: str, tools: Tools) -> None:
    match await tools.asker.ask(Suppression(region, address)):
        case Seen():
            raise Refusal(f"SES still lists {address} after it was removed", "look again in a minute", status=4)
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"{address} was removed from the list, which cannot be seen now: {reason}", needs, status=4)


async def _exists(region: str, address: str, tools: Tools) -> str:
    if tools.address_confirmed:
        return f"you vouch that {address} exists"
    match await tools.asker.ask(MailboxExists(region, address)):
        case Seen(value=("HIGH" | "MEDIUM") as verdict):
            return f"SES's address insights say that {address} exists ({verdict} confidence)"
        case Seen(value=verdict):
            raise Refusal(
                f"SES's address insights give {verdict} confidence that {address} exists",
                "correct the address, or vouch for it with --address-confirmed",
                status=4,
            )
        case Absent():
            reason = "SES has no insight into it"
        case Unknown(reason=reason):
            pass
    raise Refusal(
        f"it could not be shown that {address} exists: {reason}",
        "ask the recipient by another way, then vouch for it with --address-confirmed",
        status=4,
    )
