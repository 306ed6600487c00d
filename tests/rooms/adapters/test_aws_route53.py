"""Hosted zones, and publishing in them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_route53 import Route53Answers, Route53Changes
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import HostedZone

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Asked, Reply, Script, ScriptedAws

    AwsTo = Callable[..., Aws]

LIST = "GET /2013-04-01/hostedzone"
RRSET = "GET /2013-04-01/hostedzone/Z1/rrset"
CHANGE = "POST /2013-04-01/hostedzone/Z1/rrset/"
DMARC = Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=none",))
MX = Record(name="bounce.sailing.example", type="MX", values=("10 feedback-smtp.us-east-1.amazonses.com",))


def _zones(*zones: tuple[str, str, bool], more: str = "") -> str:
    inside = "".join(
        f"<HostedZone><Id>/hostedzone/{zone}</Id><Name>{name}</Name><CallerReference>r</CallerReference>"
        f"<Config><PrivateZone>{str(private).lower()}</PrivateZone></Config></HostedZone>"
        for zone, name, private in zones
    )
    return (
        f"<ListHostedZonesResponse><HostedZones>{inside}</HostedZones>"
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated><NextMarker>{more}</NextMarker>"
        "<MaxItems>100</MaxItems></ListHostedZonesResponse>"
    )


def _zone(zone: str, name: str) -> str:
    return (
        f"<GetHostedZoneResponse><HostedZone><Id>/hostedzone/{zone}</Id><Name>{name}</Name>"
        "<CallerReference>r</CallerReference></HostedZone><DelegationSet><NameServers>"
        "<NameServer>ns-2.awsdns.example.</NameServer><NameServer>NS-1.awsdns.example</NameServer>"
        "</NameServers></DelegationSet></GetHostedZoneResponse>"
    )


def _sets(*sets: str) -> str:
    return (
        f"<ListResourceRecordSetsResponse><ResourceRecordSets>{''.join(sets)}</ResourceRecordSets>"
        "<IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>"
    )


def _set(name: str, kind: str, value: str, *, more: str = "") -> str:
    return (
        f"<ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type>{more}<TTL>60</TTL><ResourceRecords>"
        f"<ResourceRecord><Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )


def _asked_for(aws: Aws, name: str) -> Observation[HostedZoneFacts]:
    return asyncio.run(Route53Answers(aws).hosted_zone(HostedZone(name=name)))


def test_the_longest_public_zone_holds_a_name(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Not a private one, not one whose name only ends alike, and on all pages of the list."""

    def listing(asked: Asked) -> Reply:
        if asked.fields.get("marker") == "next":
            return script.reply(_zones(("Z2", "mail.sailing.example.", False)))
        zones = (
            ("Z1", "sailing.example.", False),
            ("Z3", "a.mail.sailing.example.", True),
            ("Z4", "ling.example.", False),
        )
        return script.reply(_zones(*zones, more="next"))

    scripted.script[LIST] = listing
    scripted.script["GET /2013-04-01/hostedzone/Z2"] = script.reply(_zone("Z2", "mail.sailing.example."))
    seen = _asked_for(aws_to(scripted.url), "x.a.mail.sailing.example")
    servers = ("ns-1.awsdns.example", "ns-2.awsdns.example")
    facts = HostedZoneFacts(id="Z2", name="mail.sailing.example", nameservers=servers)
    assert seen == Seen(value=facts, source="AWS route53", at=script.start)


def test_a_name_in_no_zone_is_absent(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The account publishes it elsewhere."""
    scripted.script[LIST] = script.reply(_zones(("Z1", "harbor.example.", False)))
    assert isinstance(_asked_for(aws_to(scripted.url), "sailing.example"), Absent)


def test_two_zones_of_one_name_are_unknown(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Both are named; which one the world reads only the delegation tells."""
    scripted.script[LIST] = script.reply(_zones(("Z1", "sailing.example.", False), ("Z2", "sailing.example.", False)))
    seen = _asked_for(aws_to(scripted.url), "sailing.example")
    assert isinstance(seen, Unknown)
    assert "Z1, Z2" in seen.reason


@pytest.mark.parametrize("body", ["<html/>", "<ListHostedZonesResponse/>", "{}"])
def test_an_answer_of_somebody_else_is_no_absence(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, body: str
) -> None:
    """A login page holds no zones, and says nothing of ours."""
    scripted.script[LIST] = script.reply(body)
    assert isinstance(_asked_for(aws_to(scripted.url), "sailing.example"), Unknown)


def test_records_are_published_in_one_batch(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """What stood there comes back, in our notation, and keeps its TTL; what is new gets 300 seconds."""
    _standing(scripted, script, _set("_dmarc.sailing.example.", "TXT", '"v=DMARC1; " "p=reject"'))
    before = asyncio.run(Route53Changes(aws_to(scripted.url)).publish("Z1", (DMARC, MX)))
    assert before == (
        Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=reject",)),
        Record(name="bounce.sailing.example", type="MX", values=()),
    )
    assert scripted.names().count(CHANGE) == 1
    batch = scripted.asked[-1].fields["body"]
    assert re.findall(r"<(?:Action|Name|TTL|Value)>(.*?)</", batch) == [
        "UPSERT",
        "_dmarc.sailing.example",
        "60",
        '"v=DMARC1; p=none"',
        "UPSERT",
        "bounce.sailing.example",
        "300",
        "10 feedback-smtp.us-east-1.amazonses.com",
    ]


def test_a_record_without_values_is_taken_away(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """So publishing what came back undoes a publication; where nothing stands nothing is asked of Route 53."""
    _standing(scripted, script, _set("_dmarc.sailing.example.", "TXT", '"v=DMARC1; p=none"'))
    changes = Route53Changes(aws_to(scripted.url))
    gone = Record(name=MX.name, type="MX", values=())
    assert asyncio.run(changes.publish("Z1", (gone,))) == (gone,)
    assert CHANGE not in scripted.names()
    asyncio.run(changes.publish("Z1", (Record(name=DMARC.name, type="TXT", values=()),)))
    assert "<Action>DELETE</Action>" in scripted.asked[-1].fields["body"]


@pytest.mark.parametrize(
    "special",
    [
        _set("_dmarc.sailing.example.", "TXT", '"x"', more="<SetIdentifier>a</SetIdentifier><Weight>1</Weight>"),
        "<ResourceRecordSet><Name>_dmarc.sailing.example.</Name><Type>TXT</Type></ResourceRecordSet>",
        _set("_dmarc.sailing.example.", "TXT", '"\\300"'),
    ],
)
def test_an_alias_or_a_routing_policy_is_left_alone(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, special: str
) -> None:
    """An upsert would stand beside it and not in its place."""
    _standing(scripted, script, special)
    with pytest.raises(Refusal, match="left as it is"):
        asyncio.run(Route53Changes(aws_to(scripted.url)).publish("Z1", (DMARC,)))
    assert CHANGE not in scripted.names()


def test_a_refused_batch_is_a_refusal_in_route_53s_words(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A CNAME in the way, for instance."""
    _standing(scripted, script)
    scripted.script[CHANGE] = script.xml_error("InvalidChangeBatch", "RRSet of type CNAME conflicts", 400)
    with pytest.raises(Refusal, match="InvalidChangeBatch: RRSet of type CNAME conflicts") as raised:
        asyncio.run(Route53Changes(aws_to(scripted.url)).publish("Z1", (DMARC,)))
    assert raised.value.status == 4


def _standing(scripted: ScriptedAws, script: Script, *sets: str) -> None:
    scripted.script[RRSET] = script.reply(_sets(*sets))
    info = "<ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-05-12T18:43:00Z</SubmittedAt></ChangeInfo>"
    scripted.script[CHANGE] = script.reply(
        f"<ChangeResourceRecordSetsResponse>{info}</ChangeResourceRecordSetsResponse>"
    )
