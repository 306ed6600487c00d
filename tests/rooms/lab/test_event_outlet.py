"""SES's events leave the lab's SES and reach whoever subscribed to them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import boto3
import pytest

from mailstrata.lab.living import Living

pytestmark = pytest.mark.lab

REGION = "us-east-1"


def _client(lab: Living, service: str) -> Any:
    administrator = lab.parts.iam.administrator
    return boto3.client(
        service,
        endpoint_url=lab.url,
        region_name=REGION,
        aws_access_key_id=administrator.key_id,
        aws_secret_access_key=administrator.secret,
    )


def _subscribed(lab: Living) -> str:
    """A queue that is subscribed to the topic to which bounces of the set ``mail`` go."""
    topic = _client(lab, "sns").create_topic(Name="mail-events")["TopicArn"]
    sqs = _client(lab, "sqs")
    queue: str = sqs.create_queue(QueueName="mail-events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _client(lab, "sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    _client(lab, "sesv2").create_configuration_set_event_destination(
        ConfigurationSetName="mail",
        EventDestinationName="topic",
        EventDestination={"Enabled": True, "MatchingEventTypes": ["BOUNCE"], "SnsDestination": {"TopicArn": topic}},
    )
    return queue


def _bounced(lab: Living) -> None:
    _client(lab, "sesv2").send_email(
        FromEmailAddress="admin@sailing.example",
        Destination={"ToAddresses": ["bounce@simulator.amazonses.com"]},
        Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "y"}}}},
    )


def test_a_bounce_reaches_the_queue_behind_the_topic() -> None:
    """The notification carries the event as facts.md B7 shows it, and only the kinds that were asked for."""

    async def received() -> list[dict[str, Any]]:
        async with Living.of("healthy") as lab:
            queue = await asyncio.to_thread(_subscribed, lab)
            await asyncio.to_thread(_bounced, lab)
            await lab.parts.ses.settle()
            got = await asyncio.to_thread(
                _client(lab, "sqs").receive_message, QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            return [json.loads(message["Body"]) for message in got.get("Messages", [])]

    (notification,) = asyncio.run(received())

    event = json.loads(notification["Message"])
    assert notification["Subject"] == "Amazon SES Email Event Notification"
    assert (event["eventType"], event["bounce"]["bounceType"]) == ("Bounce", "Permanent")
    assert event["bounce"]["bouncedRecipients"][0]["diagnosticCode"] == "smtp; 550 5.1.1 user unknown"
