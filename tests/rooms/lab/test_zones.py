"""The lab's public DNS answers as RFC 1034, 2308, 4592 and 8020 say, and breaks as it is told."""

from __future__ import annotations

import asyncio

import dns.name
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.lab.dns_answer import Answer
from mailstrata.lab.dns_record import MalformedRecord, Record
from mailstrata.lab.zones import Zones

NS = {"ns1.dns.example": "127.0.2.1", "ns2.dns.example": "127.0.2.2"}


def world() -> Zones:
    """One zone with a few records."""
    zones = Zones()
    zone = zones.add_zone("sailing.example", servers=NS)
    zone.add("sailing.example", "MX", "10 mx.sailing.example.")
    zone.add("sailing.example", "TXT", "v=spf1 include:amazonses.com ~all")
    zone.add("_dmarc.sailing.example", "TXT", "v=DMARC1; p=none")
    zone.add("mx.sailing.example", "A", "127.0.3.1")
    zone.add("tok._domainkey.sailing.example", "CNAME", "tok.dkim.amazonses.com")
    zone.add("*.wild.sailing.example", "A", "127.0.3.9")
    ses = zones.add_zone("amazonses.com", servers={"ns.amazonses.com": "127.0.2.9"})
    ses.add("tok.dkim.amazonses.com", "TXT", "p=MIIB")
    return zones


def ask(zones: Zones, name: str, rtype: str) -> tuple[str, ...]:
    """The resolver's view."""
    return asyncio.run(zones.lookup(name, rtype))


def at(zones: Zones, address: str, name: str, rtype: str) -> Answer:
    """One name server's view."""
    return zones.authoritative(address, dns.name.from_text(name), dns.rdatatype.from_text(rtype))


def test_values_come_as_people_write_them() -> None:
    """A look-up gives names without their final dot and text without its quotes."""
    zones = world()
    assert ask(zones, "sailing.example", "MX") == ("10 mx.sailing.example",)
    assert ask(zones, "SAILING.example.", "TXT") == ("v=spf1 include:amazonses.com ~all",)
    assert ask(zones, "sailing.example", "NS") == ("ns1.dns.example", "ns2.dns.example")


def test_a_cname_is_followed_across_zones() -> None:
    """The resolver answers for the alias with the target's values, and gives the alias itself when asked for it."""
    zones = world()
    assert ask(zones, "tok._domainkey.sailing.example", "TXT") == ("p=MIIB",)
    assert ask(zones, "tok._domainkey.sailing.example", "CNAME") == ("tok.dkim.amazonses.com",)


def test_a_cname_loop_is_servfail() -> None:
    """A chain without an end is not followed for ever."""
    zones = world()
    zones.add("a.sailing.example", "CNAME", "b.sailing.example")
    zones.add("b.sailing.example", "CNAME", "a.sailing.example")
    with pytest.raises(LookupError, match="SERVFAIL"):
        ask(zones, "a.sailing.example", "TXT")


@pytest.mark.parametrize(
    ("name", "rcode"),
    [
        ("absent.sailing.example", dns.rcode.NXDOMAIN),
        ("mx.sailing.example", dns.rcode.NOERROR),  # exists, with another type
        ("_domainkey.sailing.example", dns.rcode.NOERROR),  # an empty non-terminal, RFC 8020
        ("wild.sailing.example", dns.rcode.NOERROR),  # the wildcard's parent
        ("nobody.example", dns.rcode.NXDOMAIN),  # not registered
        ("example", dns.rcode.NOERROR),  # a registered name lies below
    ],
)
def test_no_such_name_differs_from_no_such_type(name: str, rcode: dns.rcode.Rcode) -> None:
    """NXDOMAIN is said only when neither the name nor anything below it exists, and the SOA comes with every no."""
    answer = world().resolve(name, "TXT")
    assert (answer.rcode, answer.answer) == (rcode, ())
    assert [rrset.rdtype for rrset in answer.authority] == [dns.rdatatype.SOA]


def test_a_name_that_is_gone_takes_its_parents_along() -> None:
    """Removing the only record below an empty non-terminal makes both names nonexistent."""
    zones = world()
    assert zones.remove("tok._domainkey.sailing.example")
    assert zones.resolve("_domainkey.sailing.example", "TXT").rcode == dns.rcode.NXDOMAIN


def test_wildcards_answer_only_for_what_does_not_exist() -> None:
    """RFC 4592: a wildcard stands in at any depth, but never beside or below an existing name."""
    zones = world()
    assert ask(zones, "x.y.wild.sailing.example", "A") == ("127.0.3.9",)
    assert zones.resolve("x.wild.sailing.example", "TXT").rcode == dns.rcode.NOERROR
    zones.add("here.wild.sailing.example", "TXT", "x")
    assert ask(zones, "here.wild.sailing.example", "A") == ()
    assert zones.resolve("below.here.wild.sailing.example", "A").rcode == dns.rcode.NXDOMAIN


def test_changes_are_live_and_raise_the_serial() -> None:
    """Add, replace and remove are seen at once, and a secondary could see that something changed."""
    zones = world()

    def serial() -> int:
        return int(ask(zones, "sailing.example", "SOA")[0].split()[2])

    before = serial()
    zones.add("_dmarc.sailing.example", "TXT", "second")
    assert set(ask(zones, "_dmarc.sailing.example", "TXT")) == {"v=DMARC1; p=none", "second"}
    zones.replace("_dmarc.sailing.example", "TXT", "v=DMARC1; p=reject")
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ("v=DMARC1; p=reject",)
    zones.replace("_dmarc.sailing.example", "TXT")
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ()
    assert serial() == before + 3
    assert not zones.remove("_dmarc.sailing.example", "TXT")
    assert serial() == before + 3


def test_a_split_server_is_stale() -> None:
    """After a split one server keeps the old content and serial, until it rejoins."""
    zones = world()
    zone = zones.zone("sailing.example")
    zone.split("ns2.dns.example")
    zone.replace("_dmarc.sailing.example", "TXT", "v=DMARC1; p=reject")
    assert b"reject" in at(zones, "127.0.2.1", "_dmarc.sailing.example", "TXT").answer[0][0].strings[0]
    assert b"none" in at(zones, "127.0.2.2", "_dmarc.sailing.example", "TXT").answer[0][0].strings[0]
    zone.rejoin("ns2.dns.example")
    assert b"reject" in at(zones, "127.0.2.2", "_dmarc.sailing.example", "TXT").answer[0][0].strings[0]


def test_one_server_can_hold_a_record_of_its_own() -> None:
    """A change on one server only is a split answer; the resolver asks the first server."""
    zones = world()
    zones.replace("_dmarc.sailing.example", "TXT", "only here", server="ns1.dns.example")
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ("only here",)
    assert b"none" in at(zones, "127.0.2.2", "_dmarc.sailing.example", "TXT").answer[0][0].strings[0]


def test_the_resolver_can_remember_what_is_published_no_more() -> None:
    """Records with their time to live, or that there were none (RFC 2308 5); the name servers have what they have."""
    zones = world()
    zones.remember("_dmarc.sailing.example", "TXT", '"v=DMARC1; p=reject"', ttl=840)
    zones.remember("sailing.example", "MX", ttl=60)
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ("v=DMARC1; p=reject",)
    assert zones.resolve("_dmarc.sailing.example", "TXT").answer[0].ttl == 840
    assert ask(zones, "sailing.example", "MX") == ()
    assert zones.resolve("sailing.example", "MX").authority[0].ttl == 60
    assert b"none" in at(zones, "127.0.2.1", "_dmarc.sailing.example", "TXT").answer[0][0].strings[0]


def test_a_zone_can_be_parked_elsewhere() -> None:
    """Content at one provider and delegation to another: the world sees the other's."""
    zones = world()
    parked = zones.add_zone("sailing.example", servers={"ns1.parking.example": "127.0.2.7"}, delegated=False)
    zones.delegate("sailing.example", parked.servers)
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ()
    assert ask(zones, "sailing.example", "NS") == ("ns1.parking.example",)
    assert at(zones, "127.0.2.1", "_dmarc.sailing.example", "TXT").answer
    assert ask(zones, "ns1.parking.example", "A") == ("127.0.2.7",)


def test_a_lame_delegation_is_servfail() -> None:
    """Servers that do not hold the zone refuse, so the resolver has nothing to say."""
    zones = world()
    zones.delegate("sailing.example", {"ns1.parking.example": "127.0.2.7"})
    assert at(zones, "127.0.2.7", "sailing.example", "NS").rcode == dns.rcode.REFUSED
    with pytest.raises(LookupError, match="SERVFAIL"):
        ask(zones, "sailing.example", "MX")


def test_the_parent_refers_to_whom_the_registry_names() -> None:
    """A server of the zone above answers with the delegation and its glue, not with authority."""
    zones = world()
    zones.add_zone("example", servers={"a.nic.example": "127.0.2.50"})
    answer = at(zones, "127.0.2.50", "mx.sailing.example", "A")
    assert answer.is_referral
    assert sorted(str(ns.target) for ns in answer.authority[0]) == ["ns1.dns.example.", "ns2.dns.example."]
    assert {str(rrset[0]) for rrset in answer.additional} == {"127.0.2.1", "127.0.2.2"}
    assert ask(zones, "mx.sailing.example", "A") == ("127.0.3.1",)


def test_a_delegation_within_a_zone_is_followed() -> None:
    """NS records below the apex send the resolver on to the server that they name."""
    zones = world()
    zones.add("sub.sailing.example", "NS", "ns.sub.example")
    child = zones.add_zone("sub.sailing.example", servers={"ns.sub.example": "127.0.2.8"}, delegated=False)
    child.add("www.sub.sailing.example", "A", "127.0.3.8")
    assert ask(zones, "www.sub.sailing.example", "A") == ("127.0.3.8",)
    assert at(zones, "127.0.2.1", "www.sub.sailing.example", "A").is_referral


@pytest.mark.parametrize("kind", ["servfail", "refused", "timeout"])
def test_a_fault_is_a_lookup_error(kind: str) -> None:
    """What cannot be known is raised, never told as absence."""
    zones = world()
    zones.fault("sailing.example", kind)
    with pytest.raises(LookupError, match="time-out" if kind == "timeout" else kind.upper()):
        ask(zones, "mx.sailing.example", "A")
    zones.clear_fault("sailing.example")
    assert ask(zones, "mx.sailing.example", "A") == ("127.0.3.1",)


def test_the_longest_suffix_decides() -> None:
    """A fault nearer to the name hides one further up."""
    zones = world()
    zones.fault(".", "servfail")
    zones.fault("_dmarc.sailing.example", "nxdomain")
    assert ask(zones, "_dmarc.sailing.example", "TXT") == ()
    with pytest.raises(LookupError):
        ask(zones, "sailing.example", "TXT")


def test_one_failing_server_is_covered_by_the_other() -> None:
    """The resolver goes on to the next name server; only when all fail it says SERVFAIL."""
    zones = world()
    zones.fault("sailing.example", "timeout", server="ns1.dns.example")
    assert ask(zones, "mx.sailing.example", "A") == ("127.0.3.1",)
    assert at(zones, "127.0.2.1", "mx.sailing.example", "A").silent
    zones.fault("sailing.example", "refused", server="ns2.dns.example")
    with pytest.raises(LookupError, match="SERVFAIL"):
        ask(zones, "mx.sailing.example", "A")


def test_a_hosted_zone_can_be_mirrored() -> None:
    """``load`` makes the given records the whole content and leaves the SOA's serial higher."""
    zones = world()
    zone = zones.zone("sailing.example")
    zone.load((Record(name="sailing.example", rtype="TXT", values=("only",)),))
    assert ask(zones, "sailing.example", "TXT") == ("only",)
    assert ask(zones, "sailing.example", "MX") == ()
    assert [record.rtype for record in zone.records()] == ["NS", "TXT"]


@pytest.mark.parametrize(
    ("name", "rtype", "value"),
    [
        ("sailing.example", "MX", "mx.sailing.example"),
        ("sailing.example", "NOSUCH", "x"),
        ("other.example.com", "A", "127.0.0.1"),
        ("sailing.example", "CNAME", "x.example"),
        ("mx.sailing.example", "CNAME", "x.example"),
        ("tok._domainkey.sailing.example", "TXT", "beside a CNAME"),
        ("a..b.sailing.example", "A", "127.0.0.1"),
    ],
)
def test_a_broken_record_is_named(name: str, rtype: str, value: str) -> None:
    """What cannot be a record of the zone is refused, and the text says which it was."""
    with pytest.raises(MalformedRecord, match=name.replace(".", r"\.")):
        world().zone("sailing.example").add(name, rtype, value)


@given(st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"]), max_size=600))
def test_any_text_survives(value: str) -> None:
    """A TXT value comes back as it was given, however long and whatever is in it (RFC 1035 3.3.14)."""
    zones = world()
    zones.replace("t.sailing.example", "TXT", "." + value)
    assert zones.lookup_now("t.sailing.example", "TXT") == ("." + value,)
