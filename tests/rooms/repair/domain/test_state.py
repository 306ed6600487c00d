"""One look at a domain: whose zone is read, and what stands in it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.rooms.repair.domain.looks import GOAL, IDENTITY, ZONE

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import MxHost, PublishedFacts, ServerAnswer
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, HostedZone, Mx, Nameservers, Published, Question, SesIdentity, Txt, ZoneOf
from mailstrata.repair.domain.state import Observed, observed

BOUNCE = "bounce.sailing.example"
WORLD: dict[Question[Any], Observation[Any]] = {
    SesIdentity("us-east-1", "sailing.example"): Seen(value=IDENTITY),
    HostedZone("sailing.example"): Seen(value=ZONE),
    ZoneOf("sailing.example"): Seen(value="sailing.example"),
    Nameservers("sailing.example"): Seen(value=("NS1.example",)),
    Mx(BOUNCE): Seen(value=(MxHost(preference=10, host="mx.dock.example"),)),
    Txt(BOUNCE): Seen(value=("public",)),
    Cname(BOUNCE): Absent(),
}


class Told:
    """Answers what it was told; nothing stands in its zone but what it was told."""

    def __init__(self, world: dict[Question[Any], Observation[Any]]) -> None:
        self._world = world

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """What is known."""
        return self._world.get(question, Unknown(reason="not told"))

    async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """One text at the MAIL FROM name; its MX is an alias that nobody may touch."""
        assert zone_id == "Z1"
        (record,) = records
        if record.type == "MX":
            raise Refusal("an alias stands there", "change it by hand", status=4)
        values = ("in the zone",) if (record.name, record.type) == (BOUNCE, "TXT") else ()
        return (Record(name=record.name, type=record.type, values=values),)

    async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """A look changes nothing."""
        raise AssertionError((zone_id, records))


def look(**changes: Observation[Any]) -> Observed:
    """A look at the world, with other answers to the questions of these words."""
    world = {question: changes.get(question.word.replace("-", "_"), seen) for question, seen in WORLD.items()}
    there = Told(world)
    return asyncio.run(observed(GOAL, there, there))


def test_where_route_53_is_what_the_world_reads_its_own_content_is_the_truth() -> None:
    """A resolver may still hold what stood there an hour ago."""
    seen = look()
    assert (seen.zone, seen.elsewhere) == (Seen(value=ZONE), "")
    assert seen.at(BOUNCE, "TXT") == Seen(value=("in the zone",), source="Route 53")
    assert seen.at("_dmarc.sailing.example", "TXT") == Absent(how="no such record set")


def test_what_may_not_be_replaced_in_route_53_is_unknown() -> None:
    """An alias or a routing policy is somebody's work."""
    assert look().at(BOUNCE, "MX") == Unknown(reason="an alias stands there", needs="change it by hand")


def test_a_zone_to_which_the_delegation_does_not_lead_is_not_written_to() -> None:
    """Public DNS is asked, and the words say where it leads."""
    seen = look(nameservers=Seen(value=("ns.dock.example",)))
    assert isinstance(seen.zone, Absent)
    assert seen.elsewhere == "the delegation leads to ns.dock.example, not to Route 53's zone"
    assert seen.at(BOUNCE, "TXT") == Seen(value=("public",))
    assert seen.at(BOUNCE, "MX") == Seen(value=("10 mx.dock.example",))


def test_a_zone_below_that_is_held_elsewhere_is_not_written_to_either() -> None:
    """The parent's zone in Route 53 is no use when the domain is a zone of its own elsewhere."""
    seen = look(zone_of=Seen(value="other.sailing.example"))
    assert "the zone that holds the domain is other.sailing.example" in seen.elsewhere


def test_without_a_zone_in_this_account_public_dns_is_asked() -> None:
    """Absent is absent, unknown stays unknown."""
    assert look(hosted_zone=Absent()).elsewhere == "Route 53 of this account holds no such zone"
    blind = look(hosted_zone=Unknown(reason="not allowed"))
    assert (blind.zone, blind.elsewhere) == (Unknown(reason="not allowed"), "not allowed")
    assert blind.at("_dmarc.sailing.example", "TXT") == Unknown(reason="not told")


@pytest.mark.parametrize("question", ["nameservers", "zone_of"])
def test_a_zone_of_which_nobody_could_tell_whether_it_is_read_is_not_written_to(question: str) -> None:
    """A time-out is no delegation."""
    seen = look(**{question: Unknown(reason="timed out")})
    assert seen.zone == Unknown(reason="timed out")
    assert "timed out" in seen.elsewhere


def test_a_domain_that_nothing_is_delegated_to_has_no_zone_to_write_to() -> None:
    """It may not be registered yet."""
    assert look(nameservers=Absent()).elsewhere == "the delegation leads to no server, not to Route 53's zone"


def told(*answers: ServerAnswer) -> Observed:
    """A look at a domain whose zone is elsewhere, and what its name servers give at the MAIL FROM name."""
    asked = Published("sailing.example", BOUNCE, "TXT")
    there = Told({**WORLD, HostedZone("sailing.example"): Absent(), asked: Seen(value=PublishedFacts(answers=answers))})
    return asyncio.run(observed(GOAL, there, there))


def test_elsewhere_the_zones_own_name_servers_are_asked() -> None:
    """What a resolver remembers is no reason to publish anything; where none of them tells, it is believed."""
    first, second = (ServerAnswer(nameserver=f"ns{number}", values=("new",), ttl=300) for number in (1, 2))
    assert told(first, second).at(BOUNCE, "TXT") == Seen(value=("new",), source="name server ns1", ttl=300)
    gone = ServerAnswer(nameserver="ns1", how="NXDOMAIN")
    assert told(gone).at(BOUNCE, "TXT") == Absent(how="NXDOMAIN", source="name server ns1")
    assert told(ServerAnswer(nameserver="ns1", failure="timed out")).at(BOUNCE, "TXT") == Seen(value=("public",))


def test_where_name_servers_disagree_nothing_is_planned_on_either() -> None:
    """One of them lags behind; which one, its operator knows."""
    new, old = ServerAnswer(nameserver="ns1", values=("new",)), ServerAnswer(nameserver="ns2", how="NODATA")
    seen = told(new, old).at(BOUNCE, "TXT")
    assert isinstance(seen, Unknown)
    assert seen.reason == "the zone's name servers disagree: ns1: new; ns2: absent (NODATA)"


def test_the_dmarc_record_is_read_where_a_cname_leads() -> None:
    """Route 53's zone holds the CNAME alone."""
    policy = "_dmarc.sailing.example"

    class Aliased(Told):
        """The same zone, with the CNAME."""

        async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
            """The CNAME, or what stood there."""
            (record,) = records
            if (record.name, record.type) == (policy, "CNAME"):
                return (replace(record, values=("s.dmarc.dock.example",)),)
            return await super().standing(zone_id, records)

    there = Aliased({**WORLD, Txt(policy): Seen(value=("v=DMARC1; p=reject",))})
    seen = asyncio.run(observed(GOAL, there, there))
    assert seen.at(policy, "TXT") == Seen(value=("v=DMARC1; p=reject",))
