"""One zone's content, seen from each of its name servers."""

from __future__ import annotations

import dns.rdatatype
import pytest

from mailstrata.lab.dns_record import MalformedRecord, Record, absolute
from mailstrata.lab.zone import Zone

NS = {"ns1.sailing.example": "127.0.2.1", "ns2.dns.example": "127.0.2.2"}


def kind(zone: Zone, name: str, rtype: str, *, server: str = "ns2.dns.example") -> str:
    """What is found."""
    return zone.find(absolute(name), dns.rdatatype.from_text(rtype), server=server).kind


def test_a_new_zone_has_its_soa_its_servers_and_their_addresses() -> None:
    """SOA and NS make themselves; so does the address of a server whose name lies in the zone."""
    zone = Zone("Sailing.example.", servers=NS)
    assert zone.name == "sailing.example"
    assert zone.records() == (
        Record(name="ns1.sailing.example", rtype="A", values=("127.0.2.1",)),
        Record(name="sailing.example", rtype="NS", values=("ns1.sailing.example", "ns2.dns.example"), ttl=172800),
    )
    assert kind(zone, "sailing.example", "SOA") == "answer"


@pytest.mark.parametrize(
    ("name", "rtype", "found"),
    [
        ("a.b.sailing.example", "A", "answer"),
        ("a.b.sailing.example", "ANY", "answer"),
        ("a.b.sailing.example", "MX", "nodata"),
        ("b.sailing.example", "ANY", "nodata"),
        ("c.sailing.example", "A", "nxdomain"),
        ("www.sailing.example", "A", "cname"),
        ("www.sailing.example", "CNAME", "answer"),
        ("deep.sub.sailing.example", "A", "referral"),
        ("sub.sailing.example", "NS", "referral"),
    ],
)
def test_what_is_found(name: str, rtype: str, found: str) -> None:
    """RFC 1034 4.3.2, step by step."""
    zone = Zone("sailing.example", servers=NS)
    zone.add("a.b.sailing.example", "A", "127.0.3.1")
    zone.add("www.sailing.example", "CNAME", "a.b.sailing.example")
    zone.add("sub.sailing.example", "NS", "ns.sub.example")
    assert kind(zone, name, rtype) == found


def test_a_change_calls_back() -> None:
    """Whoever remembers answers hears of each change."""
    changes: list[int] = []
    zone = Zone("sailing.example", servers=NS, changed=lambda: changes.append(1))
    zone.add("sailing.example", "A", "127.0.3.1")
    zone.split("ns2.dns.example")
    zone.rejoin("ns2.dns.example")
    zone.remove("sailing.example", "A")
    zone.load(())
    assert len(changes) == 5


def test_a_server_of_another_zone_holds_nothing_of_its_own() -> None:
    """Only the zone's servers can have a view."""
    with pytest.raises(ValueError, match="none of its name servers"):
        Zone("sailing.example", servers=NS).add("sailing.example", "A", "127.0.3.1", server="ns9.dns.example")
    with pytest.raises(ValueError, match="at least one name server"):
        Zone("sailing.example", servers={})


def test_an_alias_stands_alone() -> None:
    """A CNAME beside other data, twice, or at the apex is refused and changes nothing (RFC 1034 3.6.2)."""
    zone = Zone("sailing.example", servers=NS)
    zone.add("www.sailing.example", "CNAME", "a.example")
    before = zone.records()
    for name, rtype, value in (
        ("www.sailing.example", "CNAME", "b.example"),
        ("www.sailing.example", "A", "127.0.0.1"),
        ("sailing.example", "CNAME", "a.example"),
    ):
        with pytest.raises(MalformedRecord):
            zone.add(name, rtype, value)
    assert zone.records() == before
    zone.replace("www.sailing.example", "CNAME", "b.example")
    assert kind(zone, "www.sailing.example", "CNAME") == "answer"
