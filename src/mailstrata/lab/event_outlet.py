"""Takes SES's events out of the lab's SES: to SNS and EventBridge, as AWS does for a configuration set's destinations.

    Ses(..., publish=Outlet(behind, account="123456789012").publish)

The emulator behind delivers them further: a queue that is subscribed to the topic has them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from mailstrata.lab.aws.behind import credential
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call
from mailstrata.lab.ses.surroundings import Publication

SUBJECT = "Amazon SES Email Event Notification"
"""The subject of SES's notifications by SNS."""


class Outlet:
    """Publishes through the emulator ``behind``; Firehose and CloudWatch destinations have no one to listen and are left."""

    def __init__(self, behind: AsgiApp, *, account: str) -> None:
        self._behind = behind
        self._account = account

    async def publish(self, event: Publication) -> None:
        """Send one event to its destination; a topic that does not exist loses it, as at AWS."""
        if event.kind == "sns":
            await self._topic(event)
        elif event.kind == "eventbridge":
            await self._bus(event)

    async def _topic(self, event: Publication) -> None:
        form = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": event.target, "Message": event.message}
        body = urlencode(form | {"Subject": SUBJECT}).encode()
        await self._call("sns", event.region, body, {"content-type": "application/x-www-form-urlencoded"})

    async def _bus(self, event: Publication) -> None:
        entry = {
            "Source": "aws.ses",
            "DetailType": event.detail_type,
            "Detail": event.message,
            "EventBusName": event.target,
            "Time": event.at.timestamp(),
        }
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSEvents.PutEvents"}
        await self._call("events", event.region, json.dumps({"Entries": [entry]}).encode(), headers)

    async def _call(self, service: str, region: str, body: bytes, headers: Mapping[str, str]) -> None:
        signed = {**headers, **credential(service, account=self._account, region=region)}
        await call(self._behind, WireRequest(method="POST", path="/", headers=signed, body=body))
