"""The lab's internet registry: who hosts which zone at which loopback address, and Route 53's zones as the public sees them.

    registry = Registry(zones, route53)
    registry.address("ns1.parking.example")        # 127.0.2.5, and from now on that host has this address
    await registry.host("sailing.example")         # a hosted zone in Route 53, delegated to its servers
    await registry.mirror()                        # after each change in Route 53

What Route 53 holds is what the lab's DNS serves, so a record that a fix publishes is seen by everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from mailstrata.lab.aws.request import AwsRequest, Principal
from mailstrata.lab.aws.route53_rules import HostedZone, RecordSet, Route53Rules
from mailstrata.lab.dns_record import Record
from mailstrata.lab.zone import Zone
from mailstrata.lab.zones import Zones

_API = "/2013-04-01"
_XML = "https://route53.amazonaws.com/doc/2013-04-01/"
_SPINE = {"ns.registry.example": "127.0.2.1"}


class Registry:
    """Joins ``zones`` (what is public) with ``route53`` (what the operator edits)."""

    def __init__(self, zones: Zones, route53: Route53Rules, operator: Principal) -> None:
        self._zones = zones
        self._route53 = route53
        self._operator = operator
        self._addresses: dict[str, str] = dict(_SPINE)
        self._mirrored: dict[str, Zone] = {}
        self._parked: set[str] = set()
        self._zones.add_zone("registry.example", servers=_SPINE)

    def address(self, host: str) -> str:
        """The loopback address of a name server; a new one gets the next and an address record."""
        if host not in self._addresses:
            self._addresses[host] = f"127.0.2.{len(self._addresses) + 1}"
            self.publish(host, "A", self._addresses[host])
        return self._addresses[host]

    def servers(self, hosts: Iterable[str]) -> dict[str, str]:
        """Host names with their addresses."""
        return {host: self.address(host) for host in hosts}

    def publish(self, name: str, rtype: str, *values: str) -> None:
        """A record outside the operator's zones, in a zone that is made for it if none holds it."""
        try:
            zone = self._zones.zone(name)
        except KeyError:
            zone = self._zones.add_zone(".".join(name.split(".")[-2:]), servers=_SPINE)
        zone.replace(name, rtype, *values)

    def elsewhere(self, name: str, hosts: Iterable[str]) -> Zone:
        """A zone at another DNS host, by default delegated to it; the one that is there when there is one."""
        servers = self.servers(hosts or (f"ns1.{name}", f"ns2.{name}"))
        for zone in (self._zone(name, host) for host in servers):
            if zone is not None:
                return zone
        return self._zones.add_zone(name, servers=servers)

    def _zone(self, name: str, server: str) -> Zone | None:
        try:
            zone = self._zones.zone(name, server=server)
        except KeyError:
            return None
        return zone if zone.name == name else None

    async def hosted(self, name: str) -> HostedZone:
        """The hosted zone ``name`` of Route 53, made when it is not there."""
        for zone in await self._route53.zones():
            if zone.name.rstrip(".") == name:
                return zone
        body = (
            f'<CreateHostedZoneRequest xmlns="{_XML}"><Name>{name}</Name>'
            f"<CallerReference>lab-{name}</CallerReference></CreateHostedZoneRequest>"
        )
        await self._call("POST", "/hostedzone", body)
        return await self.hosted(name)

    async def change(self, name: str, wanted: Mapping[tuple[str, str], tuple[str, ...]]) -> None:
        """Make record sets in the hosted zone ``name``: values by owner and type, none of them to remove the set."""
        zone = await self.hosted(name)
        there = {(record.name.rstrip("."), record.rtype): record for record in zone.records}
        changes = [change for key, values in wanted.items() if (change := _change(key, values, there.get(key)))]
        if changes:
            body = (
                f'<ChangeResourceRecordSetsRequest xmlns="{_XML}"><ChangeBatch><Changes>{"".join(changes)}'
                f"</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
            )
            await self._call("POST", f"/hostedzone/{zone.zone_id}/rrset", body)

    def delegate_away(self, name: str, hosts: Iterable[str]) -> None:
        """Send the public to other servers than Route 53's."""
        self._parked.add(name)
        self._zones.delegate(name, self.servers(hosts))

    def delegate_home(self, name: str) -> None:
        """Send the public to Route 53's servers again."""
        self._parked.discard(name)
        self._zones.delegate(name, self._mirrored[name].servers)

    async def mirror(self) -> None:
        """Let the public DNS serve what Route 53 holds now."""
        hosted = {zone.name.rstrip("."): zone for zone in await self._route53.zones() if not zone.private}
        for name in self._mirrored.keys() - hosted.keys():
            self._zones.remove_zone(self._mirrored.pop(name))
        for name, zone in hosted.items():
            if name not in self._mirrored:
                servers = self.servers(_nameservers(zone))
                self._mirrored[name] = self._zones.add_zone(name, servers=servers, delegated=name not in self._parked)
            self._mirrored[name].load(
                Record(name=record.name.rstrip("."), rtype=record.rtype, values=record.values, ttl=record.ttl)
                for record in zone.records
            )

    async def _call(self, method: str, path: str, body: str) -> None:
        request = AwsRequest(
            method=method,
            path=_API + path,
            query={},
            headers={},
            body=body.encode(),
            service="route53",
            region="us-east-1",
            principal=self._operator,
        )
        response = await self._route53.handle(request)
        if response.status >= 300:
            raise ValueError(f"the lab's Route 53 refused {path}: {response.body[:300].decode('utf-8', 'replace')}")


def _nameservers(zone: HostedZone) -> tuple[str, ...]:
    return next(
        tuple(value.rstrip(".") for value in record.values)
        for record in zone.records
        if record.rtype == "NS" and record.name == zone.name
    )


def _change(key: tuple[str, str], values: tuple[str, ...], there: RecordSet | None) -> str:
    if not values and there is None:
        return ""
    action, ttl = ("UPSERT", 300) if values else ("DELETE", there.ttl if there else 300)
    entries = values or (there.values if there else ())
    records = "".join(f"<ResourceRecord><Value>{escape(value)}</Value></ResourceRecord>" for value in entries)
    return (
        f"<Change><Action>{action}</Action><ResourceRecordSet><Name>{key[0]}</Name><Type>{key[1]}</Type>"
        f"<TTL>{ttl}</TTL><ResourceRecords>{records}</ResourceRecords></ResourceRecordSet></Change>"
    )
