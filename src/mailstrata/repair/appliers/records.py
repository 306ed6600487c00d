"""The fixes of DNS records: what is wanted goes into the account's own zone in one atomic change, and is seen there.

A TXT record set is shared by several owners: what stands beside the record that is put right is kept (`formats.txt_sets`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from mailstrata.formats.dns_record import folded
from mailstrata.formats.txt_sets import merged, unquoted
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Finding, Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import HostedZone
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.publishing import published


async def publish_records(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The wanted records, and nothing else changed."""
    zone = await zone_of(dict(finding.target).get("zone", setup.domain), tools)
    async for step in _whole("publish-records", await batch(zone, finding.records, tools), tools):
        yield step


async def replace_mail_from_cname(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The CNAME gone and MX and TXT in its place, all in one change; only the CNAME that the diagnosis saw."""
    target = dict(finding.target)
    zone = await zone_of(setup.domain, tools)
    alias = Record(name=target["name"], type="CNAME", values=())
    (there,) = await tools.dns.standing(zone.id, (alias,))
    if any(folded(value) != folded(target["cname"]) for value in there.values):
        raise Refusal(
            f"the CNAME at {alias.name} is another one than the diagnosis saw: {', '.join(there.values)}",
            "run the diagnosis again",
            status=4,
        )
    change = await batch(zone, (alias, *finding.records), tools)
    async for step in _whole("replace-mail-from-cname", change, tools):
        yield step


async def zone_of(name: str, tools: Tools) -> HostedZoneFacts:
    """The account's public zone that holds ``name``; raises ``Refusal`` (status 4) where there is none."""
    seen: Observation[HostedZoneFacts] = await tools.asker.ask(HostedZone(name))
    match seen:
        case Seen(value=zone):
            return zone
        case Absent():
            raise Refusal(
                f"Route 53 holds no zone for {name} in this account", "publish the records where its DNS is", status=4
            )
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"the zone of {name} cannot be looked up: {reason}", needs, status=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One atomic change of a zone: the record sets as they are to be, whole, and as they stood."""

    zone: HostedZoneFacts
    records: tuple[Record, ...]
    before: tuple[Record, ...]

    @property
    def details(self) -> dict[str, str]:
        """What the ledger keeps of it: enough to undo it."""
        wanted = {f"{record.type} {record.name}": " | ".join(record.values) for record in self.records}
        return wanted | {f"before: {one.type} {one.name}": " | ".join(one.values) for one in self.before}


async def batch(zone: HostedZoneFacts, records: tuple[Record, ...], tools: Tools) -> Batch:
    """The change that ``records`` make, with what stands beside them kept; one without values is taken away."""
    before = await tools.dns.standing(zone.id, records)
    whole = tuple(_beside(record, there) for record, there in zip(records, before, strict=True))
    return Batch(zone=zone, records=whole, before=before)


async def put(change: Batch, row: int, tools: Tools) -> AsyncIterator[Step]:
    """Publish it under ``row`` of the ledger, and see each record."""
    zone = change.zone
    await settled(row, tools.dns.publish(zone.id, change.records), tools)
    count = len(change.records)
    yield Step(text=f"published {count} record{'s' if count > 1 else ''} in zone {zone.name} ({zone.id})")
    for record in (one for one in change.records if one.values):
        yield Step(text=await settled(row, published(record, zone.name, tools.asker, tools.clock), tools))


async def _whole(kind: str, change: Batch, tools: Tools) -> AsyncIterator[Step]:
    """A fix that is nothing but its change."""
    row = tools.ledger.begin(kind, change.zone.id, change.details)
    async for step in put(change, row, tools):
        yield step
    tools.ledger.finish(row, "done")


def _beside(record: Record, there: Record) -> Record:
    """The record with the texts of others that stand at its name."""
    if record.type != "TXT" or not there.values:
        return record
    quoted = {unquoted(value): value for value in (*there.values, *record.values)}
    texts = merged(map(unquoted, there.values), map(unquoted, record.values))
    return Record(name=record.name, type="TXT", values=tuple(quoted[text] for text in texts))
