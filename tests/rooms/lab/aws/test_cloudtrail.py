from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any


def lookup(client: Any, **attributes: str) -> list[dict[str, Any]]:
    """Return the events with these attributes."""
    asked = [{"AttributeKey": key, "AttributeValue": value} for key, value in attributes.items()]
    events: list[dict[str, Any]] = client.lookup_events(LookupAttributes=asked)["Events"]
    return events


def test_management_events_are_found_newest_first(whole: Made) -> None:
    """Who made a key and when is found by name, by key and by the user it was made for."""
    admin, trail = whole.client("iam"), whole.client("cloudtrail")
    admin.create_user(UserName="smtp")
    for _ in range(2):
        admin.create_access_key(UserName="smtp")
        whole.clock.advance(60)
    newest, oldest = lookup(trail, EventName="CreateAccessKey")
    assert newest["EventTime"] > oldest["EventTime"]
    record = json.loads(newest["CloudTrailEvent"])
    assert (record["userIdentity"]["userName"], record["eventSource"]) == ("lab-administrator", "iam.amazonaws.com")
    assert (newest["Username"], newest["ReadOnly"]) == ("lab-administrator", "false")
    found = lookup(trail, ResourceName="arn:aws:iam::123456789012:user/smtp", EventName="CreateUser")
    assert [event["EventName"] for event in found] == ["CreateUser"]


def test_data_events_and_refused_signatures_are_not_told(whole: Made) -> None:
    """Objects that are read and calls whose signature is wrong are no management events; refused permissions are."""
    whole.iam.add_user("smtp")
    key = whole.iam.add_key("smtp")
    deeds = (
        whole.client("sts", key, aws_secret_access_key="x" * 40).get_caller_identity,
        whole.client("iam", key).list_users,
        lambda: whole.client("s3").get_object(Bucket="none", Key="k"),
    )
    for deed in deeds:
        with pytest.raises(ClientError):
            deed()
    told = lookup(whole.client("cloudtrail"))
    assert [event["EventName"] for event in told] == ["ListUsers"]
    assert json.loads(told[0]["CloudTrailEvent"])["errorCode"] == "AccessDenied"


def test_events_come_in_pages_and_by_time(whole: Made) -> None:
    """A page ends in a token, and start and end narrow the time."""
    client = whole.client("cloudtrail")
    for _ in range(3):
        whole.client("sts").get_caller_identity()
        whole.clock.advance(3600)
    first = client.lookup_events(MaxResults=2)
    rest = client.lookup_events(MaxResults=2, NextToken=first["NextToken"])
    names = [event["EventName"] for event in first["Events"] + rest["Events"]]
    assert names == ["GetCallerIdentity"] * 3
    early = client.lookup_events(EndTime=whole.clock.now().timestamp() - 2.5 * 3600)["Events"]
    assert len(early) == 1
    with pytest.raises(ClientError, match="InvalidNextToken"):
        client.lookup_events(NextToken="x")


def test_the_rest_is_the_emulator_s(whole: Made) -> None:
    """Trails are made and told by the emulator."""
    whole.client("s3").create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client = whole.client("cloudtrail")
    client.create_trail(Name="all", S3BucketName="trail")
    assert [trail["Name"] for trail in client.describe_trails()["trailList"]] == ["all"]
