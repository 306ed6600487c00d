"""Record sets asked at the zone's own servers: each is heard, none is taken for another, and nothing is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.rooms.adapters.test_dns import NAME, asker_of

from mailstrata.lab.dns_server import DnsServer
from mailstrata.lab.zones import RESOLVER, Zones
from mailstrata.model.facts import PublishedFacts, ServerAnswer
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, Nameservers, Published, Txt

ONE, TWO = "ns1.dns.example", "ns2.dns.example"
DMARC = Published(NAME, f"_dmarc.{NAME}", "TXT")


def two_servers() -> Zones:
    """A zone on two name servers, with one record of each kind."""
    zones = Zones()
    zones.add_zone("dns.example", servers={"ns.dns.example": "127.0.2.9"})
    zones.add("dns.example", "TXT", "the name servers' own zone")
    zone = zones.add_zone(NAME, servers={ONE: "127.0.2.1", TWO: "127.0.2.2"})
    zone.add(f"_dmarc.{NAME}", "TXT", "v=DMARC1; p=none", ttl=600)
    zone.add(f"bounce.{NAME}", "MX", "10 feedback-smtp.us-east-1.amazonses.com.")
    zone.add(f"aaaa._domainkey.{NAME}", "CNAME", "AAAA.dkim.amazonses.com.")
    zone.add(f"_dmarc.news.{NAME}", "CNAME", "policy.reports.test.")
    return zones


def asked(
    question: Published, break_it: Callable[[Zones], object] = lambda _: None, *, timeout: float = 1.0
) -> Observation[PublishedFacts]:
    """What the adapter tells of a world that was broken so."""

    async def main() -> Observation[PublishedFacts]:
        zones = two_servers()
        break_it(zones)
        server = DnsServer(zones)
        await server.start()
        try:
            return await asker_of(server, timeout=timeout).ask(question)
        finally:
            await server.stop()

    return asyncio.run(main())


def answers(observation: Observation[PublishedFacts]) -> tuple[ServerAnswer, ...]:
    """The servers' answers."""
    assert isinstance(observation, Seen)
    return observation.value.answers


@pytest.mark.parametrize(
    ("question", "values", "ttl"),
    [
        (DMARC, ("v=DMARC1; p=none",), 600),
        (Published(NAME, f"bounce.{NAME}", "MX"), ("10 feedback-smtp.us-east-1.amazonses.com",), 300),
        (Published(NAME, f"aaaa._domainkey.{NAME}", "CNAME"), ("aaaa.dkim.amazonses.com",), 300),
    ],
)
def test_every_server_is_heard(question: Published, values: tuple[str, ...], ttl: int) -> None:
    """Both, with the time for which it may be remembered."""
    said = [ServerAnswer(nameserver=name, values=values, ttl=ttl) for name in (ONE, TWO)]
    assert list(answers(asked(question))) == said


@pytest.mark.parametrize(("name", "how"), [(f"gone.{NAME}", "NXDOMAIN"), (f"bounce.{NAME}", "NODATA")])
def test_absence_is_told_with_its_word_and_its_time(name: str, how: str) -> None:
    """RFC 2308 5: for how long resolvers remember that there is none."""
    said = answers(asked(Published(NAME, name, "TXT")))
    assert {(one.how, one.ttl, one.values) for one in said} == {(how, 300, ())}


def test_a_server_that_lacks_a_change_is_told_apart() -> None:
    """A stale secondary."""

    def stale(zones: Zones) -> None:
        zones.zone(NAME).split(TWO)
        zones.replace(f"_dmarc.{NAME}", "TXT", "v=DMARC1; p=reject")

    said = {one.nameserver: one.values for one in answers(asked(DMARC, stale))}
    assert said == {ONE: ("v=DMARC1; p=reject",), TWO: ("v=DMARC1; p=none",)}


def test_a_resolver_that_remembers_absence_does_not_come_into_it() -> None:
    """The servers have it, whatever the resolver says."""

    async def main() -> tuple[Observation[tuple[str, ...]], Observation[PublishedFacts]]:
        zones = two_servers()
        zones.fault(f"_dmarc.{NAME}", "nxdomain", server=RESOLVER)
        server = DnsServer(zones)
        await server.start()
        try:
            asker = asker_of(server)
            return await asker.ask(Txt(f"_dmarc.{NAME}")), await asker.ask(DMARC)
        finally:
            await server.stop()

    remembered, published = asyncio.run(main())
    assert isinstance(remembered, Absent)
    assert remembered.ttl == 300
    assert {one.values for one in answers(published)} == {("v=DMARC1; p=none",)}


@pytest.mark.parametrize(
    ("kind", "words"), [("timeout", "timed out"), ("refused", "REFUSED"), ("servfail", "SERVFAIL")]
)
def test_a_server_that_does_not_tell_is_heard_as_such(kind: str, words: str) -> None:
    """Its silence is an answer; the other's word stands beside it."""
    said = {one.nameserver: one for one in answers(asked(DMARC, lambda zones: zones.fault(NAME, kind, server=TWO)))}
    assert said[ONE].values == ("v=DMARC1; p=none",)
    assert words in said[TWO].failure
    assert said[TWO].values == ()


def test_a_part_that_is_delegated_further_is_asked_there() -> None:
    """What stands in the parent below a cut is nowhere (RFC 1034 4.2.1)."""

    def delegated(zones: Zones) -> None:
        zones.add_zone(f"_domainkey.{NAME}", servers={"ns.vendor.test": "127.0.2.5"})
        zones.add(f"aaaa._domainkey.{NAME}", "CNAME", "aaaa.vendor.test.", server="ns.vendor.test")

    (said,) = answers(asked(Published(NAME, f"aaaa._domainkey.{NAME}", "CNAME"), delegated))
    assert (said.nameserver, said.values) == ("ns.vendor.test", ("aaaa.vendor.test",))


def test_an_alias_out_of_the_zone_is_told_as_one() -> None:
    """These servers cannot know what stands at its target."""
    assert {one.alias for one in answers(asked(Published(NAME, f"_dmarc.news.{NAME}", "TXT")))} == {
        "policy.reports.test"
    }


def test_a_zone_that_nobody_serves_is_absent_and_one_that_cannot_be_looked_up_unknown() -> None:
    """NXDOMAIN, and a resolver that fails."""
    assert isinstance(asked(Published("nobody.test", "nobody.test", "TXT")), Absent)
    broken = asked(DMARC, lambda zones: zones.fault(NAME, "servfail"))
    assert isinstance(broken, Unknown)
    assert "SERVFAIL" in broken.reason


@pytest.mark.parametrize("question", [Published(NAME, "a" * 64, "TXT"), Published(NAME, NAME, "AXFR")])
def test_what_cannot_be_asked_is_unknown(question: Published) -> None:
    """A label too long, a kind that nobody judges."""
    assert isinstance(asked(question), Unknown)


def test_who_serves_the_zone_is_looked_up_once() -> None:
    """However many record sets are asked for, together or one after another."""

    async def main() -> int:
        server = DnsServer(two_servers())
        await server.start()
        try:
            asker = asker_of(server)
            names = [f"{label}._domainkey.{NAME}" for label in ("aaaa", "bbbb", "cccc")]
            await asyncio.gather(*(asker.ask(Published(NAME, name, "CNAME")) for name in names))
            await asker.ask(DMARC)
            await asker.ask(Nameservers(NAME))
            await asker.ask(Cname(names[0]))
            return server.queries
        finally:
            await server.stop()

    delegation, addresses, published, recursive = 1, 2 * 2, 4 * 2, 1
    assert asyncio.run(main()) == delegation + addresses + published + recursive
