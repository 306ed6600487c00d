"""What DNS tells, asked of the lab's resolver and name servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.dns import DnsAnswers
from mailstrata.lab.dns_server import DnsServer
from mailstrata.lab.zones import Zones
from mailstrata.model.errors import Malformed
from mailstrata.model.facts import AuthorityFacts, MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import (
    Addresses,
    Authority,
    Cname,
    Ipv4,
    Ipv6,
    Mx,
    Nameservers,
    Ptr,
    Question,
    Tlsa,
    Txt,
    ZoneOf,
)
from mailstrata.model.setup import Network

NS1, NS2 = "ns1.dns.example", "ns2.dns.example"
NAME = "sailing.example"
START = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The one moment."""
        return START

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError("DNS answers wait for servers, not for clocks")


def world() -> Zones:
    """A zone with one of everything, and a neighbour."""
    zones = Zones()
    zone = zones.add_zone(NAME, servers={NS1: "127.0.2.1", NS2: "127.0.2.2"})
    zone.add(NAME, "MX", "20 mx-b.sailing.example", "10 mx-z.sailing.example", "10 mx-a.sailing.example")
    zone.add(NAME, "TXT", "v=spf1 -all", "another", ttl=60)
    zone.add("mx-a.sailing.example", "A", "127.0.3.10", "127.0.3.9")
    zone.add("mx-a.sailing.example", "AAAA", "2001:db8::25")
    zone.add("split.sailing.example", "TXT", '"v=DKIM1; p=AAA" "BBB"')
    zone.add("bytes.sailing.example", "TXT", '"caf\\233 \\226\\130\\172"')
    zone.add("long.sailing.example", "TXT", *(f"{n:03d}" + "x" * 240 for n in range(20)))
    zone.add("t1._domainkey.sailing.example", "CNAME", "t1.dkim.web.example", ttl=30)
    zone.add("lost._domainkey.sailing.example", "CNAME", "nobody.web.example")
    zone.add("round.sailing.example", "CNAME", "again.sailing.example")
    zone.add("again.sailing.example", "CNAME", "round.sailing.example")
    zone.add("null.sailing.example", "MX", "0 .")
    zone.add("xn--mnchen-3ya.sailing.example", "TXT", "grüße")
    zone.add("_25._tcp.mx-a.sailing.example", "TLSA", "3 1 1 " + "ab" * 32)
    web = zones.add_zone("web.example", servers={"ns.web.example": "127.0.2.9"})
    web.add("t1.dkim.web.example", "TXT", "p=MIG", ttl=3600)
    reverse = zones.add_zone("2.0.192.in-addr.arpa", servers={"ns.web.example": "127.0.2.9"})
    reverse.add("25.2.0.192.in-addr.arpa", "PTR", "mx-a.sailing.example")
    zones.add_zone("deep.sailing.example", servers={"ns.web.example": "127.0.2.9"})
    return zones


def answers(
    *questions: Question[Any], change: Callable[[Zones], None] = lambda _: None, timeout: float = 2.0
) -> list[Observation[Any]]:
    """What is answered to ``questions``, asked at once of a world after ``change``."""

    async def main() -> list[Observation[Any]]:
        zones = world()
        change(zones)
        server = DnsServer(zones)
        await server.start()
        try:
            asker = asker_of(server, timeout)
            return list(await asyncio.gather(*(asker.ask(question) for question in questions)))
        finally:
            await server.stop()

    return [timeless(one) for one in asyncio.run(main())]


def asker_of(server: DnsServer, timeout: float = 2.0) -> World:
    """An asker that uses the lab's resolver, and its port for name servers."""
    network = Network(dns_servers=(f"127.0.0.1:{server.port}",), dns_port=server.port, timeout=timeout)
    return World(answerers=DnsAnswers(network, FixedClock()).answerers())


def timeless(observation: Observation[Any]) -> Observation[Any]:
    """The observation without its moment, once it has been seen to have one."""
    if isinstance(observation, Unknown):
        return observation
    assert observation.at == START
    return replace(observation, at=None)


def told(value: object, ttl: int | None = 300) -> Seen[Any]:
    """Seen at the lab's resolver."""
    return Seen(value=value, source="resolver 127.0.0.1", ttl=ttl)


def absent(how: str) -> Absent:
    """Absent by the word of the lab's resolver, for the 300 s of its SOA."""
    return Absent(how=how, source="resolver 127.0.0.1", ttl=300)


def test_texts_are_sorted_and_keep_their_time_to_live() -> None:
    """TXT records come in one order, whatever the server's, with their TTL."""
    assert answers(Txt(NAME)) == [told(("another", "v=spf1 -all"), ttl=60)]


def test_the_strings_of_one_text_are_joined_without_a_space() -> None:
    """A long DKIM key that is written in several strings is one text."""
    assert answers(Txt("split.sailing.example")) == [told(("v=DKIM1; p=AAABBB",))]


def test_octets_that_are_no_utf8_are_shown_escaped() -> None:
    """A Latin-1 octet is shown as an escape, UTF-8 as what it means."""
    assert answers(Txt("bytes.sailing.example")) == [told(("caf\\xe9 €",))]


def test_an_answer_too_long_for_udp_is_fetched_over_tcp() -> None:
    """Five kilobytes of TXT arrive whole."""
    (seen,) = answers(Txt("long.sailing.example"))
    assert isinstance(seen, Seen)
    assert seen.value == tuple(f"{n:03d}" + "x" * 240 for n in range(20))


def test_exchangers_come_by_preference_and_name() -> None:
    """Equal preferences are in the order of their names."""
    hosts = ((10, "mx-a"), (10, "mx-z"), (20, "mx-b"))
    value = tuple(MxHost(preference=p, host=f"{h}.sailing.example") for p, h in hosts)
    assert answers(Mx(NAME)) == [told(value)]


def test_the_null_mx_is_seen_as_a_dot() -> None:
    """RFC 7505: it is a record, not the lack of one."""
    assert answers(Mx("null.sailing.example")) == [told((MxHost(preference=0, host="."),))]


def test_both_families_of_addresses_are_asked() -> None:
    """IPv4 comes first, each family in numeric order."""
    assert answers(Addresses("mx-a.sailing.example")) == [told(("127.0.3.9", "127.0.3.10", "2001:db8::25"))]


def test_each_family_is_told_by_itself_where_that_is_asked() -> None:
    """SPF looks at one of them only (RFC 7208 5)."""
    host = "mx-a.sailing.example"
    assert answers(Ipv4(host), Ipv6(host)) == [told(("127.0.3.10", "127.0.3.9")), told(("2001:db8::25",))]


def test_the_reverse_zone_names_an_address() -> None:
    """RFC 1035 3.5; what is no address is not asked for."""
    named, nonsense = answers(Ptr("192.0.2.25"), Ptr("mx.sailing.example"))
    assert named == told(("mx-a.sailing.example",))
    assert nonsense == Unknown(reason="'mx.sailing.example' is no IP address")


def test_the_certificates_that_dane_lets_pass_are_told_as_they_are_written() -> None:
    """RFC 6698 2.2: usage, selector, matching type, data."""
    pinned, none = answers(Tlsa("_25._tcp.mx-a.sailing.example"), Tlsa("_25._tcp.mx-b.sailing.example"))
    assert pinned == told(("3 1 1 " + "ab" * 32,))
    assert isinstance(none, Absent)


def test_an_address_is_its_own_address() -> None:
    """Where a host is written as an address nothing needs to be looked up."""

    async def main() -> Observation[Any]:
        network = Network(dns_servers=("127.0.0.1:9",))
        return await DnsAnswers(network, FixedClock()).addresses(Addresses("192.0.2.25"))

    assert asyncio.run(main()) == Seen(value=("192.0.2.25",))


def test_a_cname_is_told_as_it_stands_and_followed_where_records_are_wanted() -> None:
    """The alias's own target, and behind it the text, for the shorter of the two times to live."""
    name = "t1._domainkey.sailing.example"
    assert answers(Cname(name), Txt(name)) == [told("t1.dkim.web.example", ttl=30), told(("p=MIG",), ttl=30)]


def test_a_dangling_cname_is_there_but_leads_to_nothing() -> None:
    """Cname is seen while the text behind it is NXDOMAIN."""
    name = "lost._domainkey.sailing.example"
    assert answers(Cname(name), Txt(name)) == [told("nobody.web.example"), absent("NXDOMAIN")]


def test_no_such_name_and_no_such_record_are_kept_apart() -> None:
    """NXDOMAIN and NODATA carry the negative TTL; an empty non-terminal is NODATA."""
    names = Txt("nothing.sailing.example"), Cname(NAME), Txt("_domainkey.sailing.example")
    assert answers(*names) == [absent("NXDOMAIN"), absent("NODATA"), absent("NODATA")]


def test_a_host_without_any_address_is_absent_in_the_word_of_dns() -> None:
    """Both families absent: the name's own word is told."""
    asked = Addresses("null.sailing.example"), Addresses("no.sailing.example")
    assert answers(*asked) == [absent("NODATA"), absent("NXDOMAIN")]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("servfail", f"{NAME} TXT: SERVFAIL from the resolver 127.0.0.1"),
        ("refused", f"{NAME} TXT: REFUSED from the resolver 127.0.0.1"),
        ("timeout", f"{NAME} TXT: the resolver 127.0.0.1: timed out after 0.2 s"),
    ],
)
def test_a_failing_resolver_leaves_it_unknown(fault: str, reason: str) -> None:
    """SERVFAIL, REFUSED and silence are never taken for absence, and say who failed."""
    assert answers(Txt(NAME), change=lambda z: z.fault(NAME, fault), timeout=0.2) == [Unknown(reason=reason)]


def test_cnames_in_a_circle_are_unknown() -> None:
    """No chain is followed for ever."""
    (unknown,) = answers(Txt("round.sailing.example"))
    assert isinstance(unknown, Unknown)


def test_a_name_that_is_none_is_unknown() -> None:
    """An empty label cannot be asked for."""
    assert (
        answers(Txt("a..example"), ZoneOf("a..example"), Authority("a..example", NS1))
        == [Unknown(reason="'a..example' is no name that DNS can be asked for")] * 3
    )


def test_international_names_are_asked_by_their_a_labels() -> None:
    """The U-label and its A-label are one name."""
    wanted = told(("grüße",))
    assert answers(Txt("münchen.sailing.example"), Txt("xn--mnchen-3ya.sailing.example")) == [wanted, wanted]


def test_the_zone_of_a_name_is_the_apex_above_it() -> None:
    """At the apex, below it, below what does not exist, and under a cut; an alias does not lead into another zone."""
    names = NAME, "mx-a.sailing.example", "x.y.sailing.example", "a.deep.sailing.example"
    assert [seen.value for seen in answers(*map(ZoneOf, names)) if isinstance(seen, Seen)] == [
        NAME,
        NAME,
        NAME,
        "deep.sailing.example",
    ]
    assert answers(ZoneOf("t1._domainkey.sailing.example")) == [told(NAME)]


def test_the_delegation_is_sorted_and_an_inner_name_has_none() -> None:
    """Nameservers are those of the apex; another name of the zone is absent, whether it exists or not."""
    seen, inner, unregistered = answers(Nameservers(NAME), Nameservers("mx-a." + NAME), Nameservers("none.example"))
    assert seen == told((NS1, NS2), ttl=172800)
    assert inner == absent("NODATA")
    assert isinstance(unregistered, Absent)
    assert unregistered.how == "NXDOMAIN"


def test_a_name_server_is_asked_itself() -> None:
    """A stale server shows its older serial though the resolver sees the new one."""

    def split(zones: Zones) -> None:
        zones.zone(NAME).split(NS2)
        zones.add("new.sailing.example", "TXT", "later")

    first, second = answers(Authority(NAME, NS1), Authority(NAME, NS2), change=split)
    assert isinstance(first, Seen)
    assert isinstance(second, Seen)
    assert (first.source, second.source) == (f"name server {NS1}", f"name server {NS2}")
    assert first.value.authoritative
    assert first.value.serial == second.value.serial + 1


def test_a_name_server_that_does_not_know_the_zone_says_so() -> None:
    """REFUSED is what it said, not a failure of ours."""
    (seen,) = answers(Authority(NAME, "ns.web.example"))
    assert seen == Seen(value=AuthorityFacts(rcode="REFUSED", authoritative=False), source="name server ns.web.example")


def test_a_silent_name_server_is_an_answer() -> None:
    """It is what is asked about: Seen, with how it failed."""
    (seen,) = answers(Authority(NAME, NS1), change=lambda z: z.fault(NAME, "timeout", server=NS1), timeout=1.0)
    facts = AuthorityFacts(rcode="", authoritative=False, failure="timed out after 1 s")
    assert seen == Seen(value=facts, source=f"name server {NS1}")


def test_a_name_server_that_does_not_exist_is_an_answer() -> None:
    """So is one that has no address."""
    gone, bare = answers(Authority(NAME, "ns9.sailing.example"), Authority(NAME, "null.sailing.example"))
    assert isinstance(gone, Seen)
    assert isinstance(bare, Seen)
    assert gone.value.failure == "ns9.sailing.example does not exist"
    assert bare.value.failure == "null.sailing.example has no address"


def test_a_name_server_whose_address_cannot_be_looked_up_is_unknown() -> None:
    """That our resolver failed says nothing of the name server."""
    (unknown,) = answers(Authority(NAME, NS1), change=lambda z: z.fault("dns.example", "servfail"))
    assert isinstance(unknown, Unknown)
    assert unknown.reason.startswith(f"the address of {NS1} is not known: {NS1} A: SERVFAIL")


def test_equal_look_ups_under_way_are_sent_once() -> None:
    """Ten askers of one text cost one packet."""

    async def main() -> int:
        server = DnsServer(world())
        await server.start()
        try:
            asker = asker_of(server)
            await asyncio.gather(*(asker.ask(Txt(NAME)) for _ in range(10)))
        finally:
            await server.stop()
        return server.queries

    assert asyncio.run(main()) == 1


def test_the_next_resolver_is_asked_when_the_first_is_dead() -> None:
    """Nobody listens at the first one; the answer comes from the second and names it."""

    async def main() -> Observation[Any]:
        server = DnsServer(world())
        await server.start()
        try:
            servers = ("127.9.9.9:9", f"127.0.0.1:{server.port}")
            answers = DnsAnswers(Network(dns_servers=servers, timeout=2.0), FixedClock())
            return await answers.txt(Txt("split.sailing.example"))
        finally:
            await server.stop()

    seen = asyncio.run(main())
    assert isinstance(seen, Seen)
    assert seen.source == "resolver 127.0.0.1"


class Silent(asyncio.DatagramProtocol):
    """A resolver that hears and never answers."""

    def __init__(self) -> None:
        self.heard = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Count it."""
        self.heard += 1


def test_a_dead_resolver_costs_two_time_outs_in_all() -> None:
    """Of twenty look-ups one after another at a server that was never heard two are sent, each of them twice."""

    async def main() -> tuple[list[Observation[Any]], int]:
        silent, server = await asyncio.get_running_loop().create_datagram_endpoint(Silent, local_addr=("127.0.0.1", 0))
        try:
            port = silent.get_extra_info("sockname")[1]
            answers = DnsAnswers(Network(dns_servers=(f"127.0.0.1:{port}",), timeout=0.2), FixedClock())
            return [await answers.txt(Txt(f"n{n}.sailing.example")) for n in range(20)], server.heard
        finally:
            silent.close()
            await asyncio.sleep(0)

    found, datagrams = asyncio.run(main())
    assert datagrams == 4
    assert {type(one) for one in found} == {Unknown}
    assert "timed out after 0.2 s" in str(found[-1])


def test_a_resolver_that_answered_stays_in_use_though_some_names_time_out() -> None:
    """Names whose own servers are dead do not blind us for all others."""

    async def main() -> Observation[Any]:
        zones = world()
        zones.fault("web.example", "timeout")
        server = DnsServer(zones)
        await server.start()
        try:
            asker = asker_of(server, timeout=1.0)
            await asker.ask(Txt(NAME))
            for n in range(3):
                await asker.ask(Txt(f"n{n}.web.example"))
            return timeless(await asker.ask(Txt("split.sailing.example")))
        finally:
            await server.stop()

    assert asyncio.run(main()) == told(("v=DKIM1; p=AAABBB",))


def test_look_ups_that_are_cancelled_leave_nothing_running() -> None:
    """The budget of a diagnosis may end while a server is silent."""

    async def main() -> int:
        zones = world()
        zones.fault(NAME, "timeout")
        server = DnsServer(zones)
        await server.start()
        try:
            asker = asker_of(server, timeout=30.0)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await asyncio.gather(asker.ask(Addresses(NAME)), asker.ask(Authority(NAME, "ns." + NAME)))
            for _ in range(10):  # cancelling goes one layer deeper each turn of the loop
                await asyncio.sleep(0)
            return len(asyncio.all_tasks())
        finally:
            await server.stop()

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize("text", ["localhost", "192.0.2.1:x", "192.0.2.1:70000", "", "[::1"])
def test_a_resolver_that_is_no_address_is_refused_at_once(text: str) -> None:
    """What the operator wrote is broken: the error shows it."""
    with pytest.raises(Malformed, match="dns_servers"):
        DnsAnswers(Network(dns_servers=(text,)), FixedClock())
