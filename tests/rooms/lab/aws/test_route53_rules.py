from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mailstrata.lab.aws.route53_rules import MAX_PAGE, Route53Rules

Made = Any


def change(name: str, rtype: str, *values: str, action: str = "UPSERT", ttl: int = 300) -> dict[str, object]:
    """Return one change of a record set."""
    records = [{"Value": value} for value in values]
    return {
        "Action": action,
        "ResourceRecordSet": {"Name": name, "Type": rtype, "TTL": ttl, "ResourceRecords": records},
    }


def apply(client: Any, zone: str, *changes: Mapping[str, object]) -> None:
    """Make changes in one batch."""
    client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": list(changes)})


def made_zone(client: Any, name: str = "sailing.example") -> str:
    """Make a zone and return its id."""
    zone: str = client.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
    return zone


@pytest.mark.parametrize(
    "changes",
    [
        [change("mail.sailing.example", "CNAME", "dock.example")],
        [change("new.sailing.example", "A", "192.0.2.1"), change("new.sailing.example", "CNAME", "dock.example")],
        [change("alias.sailing.example", "MX", "10 dock.example")],
        [change("ALIAS.sailing.example.", "TXT", '"x"', action="CREATE")],
        [change("t.sailing.example", "TXT", '"' + "a" * 256 + '"')],
        [change("t.sailing.example", "TXT", '"ok"', "no quotes")],
        [change("t.sailing.example", "TXT", '"half')],
        [change("t.sailing.example", "TXT", '"' + "é" * 128 + '"')],
    ],
)
def test_what_route53_refuses_is_refused(whole: Made, changes: list[dict[str, object]]) -> None:
    """A CNAME beside another type and a broken TXT are an invalid batch, and nothing of the batch is kept."""
    client = whole.client("route53")
    zone = made_zone(client)
    apply(client, zone, change("mail.sailing.example", "A", "192.0.2.1"))
    apply(client, zone, change("alias.sailing.example", "CNAME", "dock.example"))
    before, announced = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"], list(whole.changes)
    with pytest.raises(ClientError, match="InvalidChangeBatch") as error:
        apply(client, zone, change("good.sailing.example", "A", "192.0.2.9"), *changes)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"] == before
    assert whole.changes == announced


@pytest.mark.parametrize(
    "changes",
    [
        [change("alias.sailing.example", "CNAME", "other.example")],
        [
            change("alias.sailing.example", "CNAME", "dock.example", action="DELETE"),
            change("alias.sailing.example", "A", "192.0.2.1"),
        ],
        [change("k._domainkey.sailing.example", "TXT", '"' + "a" * 255 + '" "' + "b" * 200 + '"')],
        [change("t.sailing.example", "TXT", '"a \\"quoted\\" word \\052"', '"v=spf1 -all"')],
    ],
)
def test_what_route53_takes_is_taken(whole: Made, changes: list[dict[str, object]]) -> None:
    """A CNAME can be replaced, also by another type in the same batch, and long TXT values come in several strings."""
    client = whole.client("route53")
    zone = made_zone(client)
    apply(client, zone, change("alias.sailing.example", "CNAME", "dock.example"))
    apply(client, zone, *changes)
    listed = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    kept = [record for one in listed for record in one.get("ResourceRecords", ())]
    last: Any = changes[-1]["ResourceRecordSet"]
    assert all(value in kept for value in last["ResourceRecords"])


def test_each_success_is_announced_before_the_answer(whole: Made) -> None:
    """Making a zone, changing records and deleting the zone are announced; reading and failing are not."""
    client = whole.client("route53")
    zone = made_zone(client)
    apply(client, zone, change("a.sailing.example", "A", "192.0.2.1"))
    client.list_resource_record_sets(HostedZoneId=zone)
    with pytest.raises(ClientError):
        apply(client, zone, change("a.sailing.example", "A", "192.0.2.2", action="DELETE"))
    assert whole.changes == [0, 1]
    apply(client, zone, change("a.sailing.example", "A", "192.0.2.1", action="DELETE"))
    client.delete_hosted_zone(Id=zone)
    assert whole.changes == [0, 1, 2, 3]


def test_all_zones_are_read_with_all_records(whole: Made) -> None:
    """The reading for DNS follows the pages of zones and of records."""
    client = whole.client("route53")
    zone = made_zone(client)
    made_zone(client, "dock.example")
    for first in range(0, 400, 100):
        names = (f"h{number}.sailing.example" for number in range(first, first + 100))
        apply(client, zone, *(change(name, "A", "192.0.2.1", ttl=60) for name in names))
    read = asyncio.run(Route53Rules(whole.behind, account="123456789012").zones())
    found = {one.name: one for one in read}
    assert sorted(found) == ["dock.example.", "sailing.example."]
    records = found["sailing.example."].records
    assert len([record for record in records if record.rtype == "A"]) == 400
    assert {(record.ttl, record.values) for record in records if record.rtype == "A"} == {(60, ("192.0.2.1",))}
    assert {record.rtype for record in records} == {"A", "NS", "SOA"}


@pytest.mark.parametrize("size", [None, "1000"])
def test_a_page_has_300_records_at_most(whole: Made, size: str | None) -> None:
    """However many are asked for, one page tells 300 records."""
    client = whole.client("route53")
    zone = made_zone(client)
    for first in range(0, 400, 100):
        names = (f"h{number}.sailing.example" for number in range(first, first + 100))
        apply(client, zone, *(change(name, "A", "192.0.2.1") for name in names))
    page = client.list_resource_record_sets(HostedZoneId=zone, **({"MaxItems": size} if size else {}))
    assert (len(page["ResourceRecordSets"]), page["IsTruncated"]) == (MAX_PAGE, True)


@pytest.mark.parametrize(
    ("name", "rtype", "answer"),
    [
        ("bounce.sailing.example", "MX", ("NOERROR", ["10 feedback-smtp.eu-west-1.amazonses.com"])),
        ("bounce.sailing.example", "TXT", ("NOERROR", [])),
        ("none.sailing.example", "MX", ("NXDOMAIN", [])),
    ],
)
def test_dns_answers_can_be_tested(whole: Made, name: str, rtype: str, answer: tuple[str, list[str]]) -> None:
    """TestDNSAnswer tells a zone's records, and absent names from names without the type."""
    client = whole.client("route53")
    zone = made_zone(client)
    apply(client, zone, change("bounce.sailing.example", "MX", "10 feedback-smtp.eu-west-1.amazonses.com"))
    told = client.test_dns_answer(HostedZoneId=zone, RecordName=name, RecordType=rtype)
    assert (told["ResponseCode"], told["RecordData"]) == answer


def test_an_absent_zone_is_named(whole: Made) -> None:
    """Changing or testing a zone that is not there is ``NoSuchHostedZone``."""
    client = whole.client("route53")
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        apply(client, "Z0000000000000", change("a.example", "A", "192.0.2.1"))
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        client.test_dns_answer(HostedZoneId="Z0000000000000", RecordName="a.example", RecordType="A")


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "<!DOCTYPE x><x/>".encode("utf-16"), b"<x>", b"\xff", b""]
)
def test_a_batch_that_is_no_plain_xml_is_refused(whole: Made, body: bytes) -> None:
    """What could grow without bound, or is no XML at all, is refused before anything reads it."""
    client = whole.client("route53")
    zone = made_zone(client)

    def replaced(params: dict[str, Any], **_: object) -> None:
        params["body"] = body

    client.meta.events.register("before-call", replaced)
    with pytest.raises(ClientError, match="InvalidInput"):
        apply(client, zone, change("a.sailing.example", "A", "192.0.2.1"))
