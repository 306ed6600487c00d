"""The fixes of the identity and its records: DKIM signing on, the wanted records in the account's own zone."""

from __future__ import annotations

from collections.abc import AsyncIterator

from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Finding
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import HostedZone, SesIdentity
from mailstrata.model.setup import Setup
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.publishing import published


async def enable_dkim(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """Signing on, and seen to be on."""
    del setup
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    row = tools.ledger.begin("enable-dkim", name, {"region": region})
    await settled(row, tools.ses.enable_dkim(region, name), tools)
    await settled(row, _signing(region, name, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"DKIM signing of {name} is on in {region}")


async def publish_records(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The wanted records in the account's own zone, in one atomic change, and asked for anew."""
    name = setup.domain
    match await tools.asker.ask(HostedZone(name)):
        case Seen(value=zone):
            pass
        case Absent():
            raise Refusal(
                f"Route 53 holds no zone for {name} in this account", "publish the records where its DNS is", status=4
            )
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"the zone of {name} cannot be looked up: {reason}", needs, status=4)
    wanted = {f"{record.type} {record.name}": " | ".join(record.values) for record in finding.records}
    before = await tools.dns.standing(zone.id, finding.records)
    there = {f"before: {record.type} {record.name}": " | ".join(record.values) for record in before}
    row = tools.ledger.begin("publish-records", zone.id, wanted | there)
    await settled(row, tools.dns.publish(zone.id, finding.records), tools)
    yield Step(text=f"published {len(finding.records)} records in zone {zone.name} ({zone.id})")
    for record in finding.records:
        yield Step(text=await settled(row, published(record, tools.asker, tools.clock), tools))
    tools.ledger.finish(row, "done")


async def _signing(region: str, name: str, tools: Tools) -> None:
    match await tools.asker.ask(SesIdentity(region, name)):
        case Seen(value=identity) if identity.dkim.signing:
            return
        case Unknown(reason=reason):
            why = reason
        case _:
            why = "SES reports that it is off"
    raise Refusal(f"DKIM signing of {name} was turned on but is not seen to be on: {why}", status=4)
