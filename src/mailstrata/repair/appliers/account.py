"""The fixes of the suppression lists: nothing changes before the mailbox is known to exist (facts.md B5)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import SesAccountFacts
from mailstrata.model.finding import Finding
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import MailboxExists, SesAccount, Suppression
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


async def use_own_suppression(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The account's own list on for bounces, which overrides SES's shared one; the ledger keeps for what it was on before."""
    del setup
    target = dict(finding.target)
    region, address = target["region"], target["address"]
    yield Step(text=await _exists(region, address, tools))
    before = await _reasons(region, tools)
    if "BOUNCE" in before:
        yield Step(text=f"the account's own list in {region} is on for bounces already: nothing to do")
        return
    wanted = ("BOUNCE", *before)
    details = {"region": region, "before": " ".join(before), "after": " ".join(wanted)}
    row = tools.ledger.begin("use-own-suppression", address, details)
    await settled(row, tools.ses.suppress_for(region, wanted), tools)
    await settled(row, _on_for_bounces(region, tools), tools)
    tools.ledger.finish(row, "done")
    was = " and ".join(before) or "nothing"
    yield Step(text=f"turned the account's own list in {region} on for bounces; before it was on for {was}")


async def _reasons(region: str, tools: Tools) -> tuple[str, ...]:
    match await tools.asker.ask(SesAccount(region)):
        case Seen(value=SesAccountFacts(suppressed_reasons=reasons)):
            return reasons
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"the account's settings in {region} cannot be read: {reason}", needs, status=4)
        case _:
            raise Refusal(f"SES has no settings of the account in {region}", status=4)


async def _on_for_bounces(region: str, tools: Tools) -> None:
    if "BOUNCE" not in await _reasons(region, tools):
        raise Refusal(f"SES does not report the list in {region} as on for bounces", "look again in a minute", status=4)


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
