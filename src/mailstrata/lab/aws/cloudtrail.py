"""CloudTrail's LookupEvents from the gate's own record; the rest of CloudTrail is the emulator's.

    services = {"cloudtrail": CloudTrail(audit, behind=app, account="123456789012")}

As in AWS only management events are found, newest first: no message sent, no object read, no call whose signature was
refused. The record is complete at once, where AWS takes some minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mailstrata.lab.aws.audit import Audit, AuditEvent
from mailstrata.lab.aws.behind import credential
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call

PAGE = 50
"""Events of one page, at most (CloudTrail API reference, LookupEvents)."""

_DATA_SERVICES = frozenset({"s3", "dynamodb", "sqs"})
_DATA_ACTIONS = frozenset({"SendEmail", "SendRawEmail", "SendBulkEmail", "Publish", "Invoke"})
_READING = ("Get", "List", "Describe", "Lookup", "Simulate", "Test", "Head", "BatchGet")


class CloudTrail:
    """The service ``cloudtrail``."""

    def __init__(self, audit: Audit, *, behind: AsgiApp, account: str) -> None:
        self._audit = audit
        self._behind = behind
        self._account = account

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        if request.headers.get("x-amz-target", "").endswith(".LookupEvents"):
            content = json.dumps(self._found(request)).encode()
            return AwsResponse(body=content, headers={"content-type": "application/x-amz-json-1.1"})
        headers = dict(request.headers) | credential("cloudtrail", account=self._account, region=request.region)
        return await call(self._behind, WireRequest(method="POST", path="/", headers=headers, body=request.body))

    def _found(self, request: AwsRequest) -> Mapping[str, object]:
        asked = request.json()
        shapes = [
            _shape(event) for event in reversed(self._audit.events()) if _managed(event) and _within(event, asked)
        ]
        fitting = [shape for shape in shapes if _fits(shape, asked.get("LookupAttributes", ()))]
        size = min(int(asked.get("MaxResults", PAGE)), PAGE)
        start = _after(asked["NextToken"], fitting) if "NextToken" in asked else 0
        shown = fitting[start : start + size]
        # New calls come in front of the list, this lookup too: a page is told by the event that it ends with.
        more = {"NextToken": shown[-1]["EventId"]} if len(fitting) > start + size else {}
        return {"Events": shown, **more}


def _after(token: str, shapes: Sequence[Mapping[str, object]]) -> int:
    for place, shape in enumerate(shapes, start=1):
        if shape["EventId"] == token:
            return place
    raise AwsError("InvalidNextTokenException", "the token is not one of this list")


def _managed(event: AuditEvent) -> bool:
    if event.principal is None or event.action in _DATA_ACTIONS:
        return False
    return event.service not in _DATA_SERVICES or "Bucket" in event.action or event.action.endswith(("Table", "Queue"))


def _within(event: AuditEvent, asked: Mapping[str, Any]) -> bool:
    moment = event.time.timestamp()
    return bool(asked.get("StartTime", 0) <= moment <= asked.get("EndTime", moment))


def _fits(shape: Mapping[str, object], attributes: Iterable[Mapping[str, str]]) -> bool:
    for attribute in attributes:
        key, value = attribute.get("AttributeKey", ""), attribute.get("AttributeValue")
        finder = _ATTRIBUTES.get(key)
        if finder is None:
            raise AwsError("InvalidLookupAttributesException", f"{key[:64]} is not an attribute that can be looked up")
        if value not in finder(shape):
            return False
    return True


def _shape(event: AuditEvent) -> dict[str, object]:
    assert event.principal is not None
    reading = event.action.startswith(_READING)
    return {
        "EventId": event.request_id,
        "EventName": event.action,
        "ReadOnly": "true" if reading else "false",
        "AccessKeyId": event.key_id,
        "EventTime": event.time.timestamp(),
        "EventSource": f"{event.service}.amazonaws.com",
        "Username": event.principal.arn.rpartition("/")[2],
        "Resources": [{"ResourceName": event.resource}] if event.resource not in {"", "*"} else [],
        "CloudTrailEvent": json.dumps(_record(event, reading=reading)),
    }


def _record(event: AuditEvent, *, reading: bool) -> dict[str, object]:
    assert event.principal is not None
    kind = "AssumedRole" if ":assumed-role/" in event.principal.arn else "IAMUser"
    record: dict[str, object] = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": kind,
            "principalId": event.principal.user_id,
            "arn": event.principal.arn,
            "accountId": event.principal.account,
            "accessKeyId": event.key_id,
            "userName": event.principal.name,
        },
        "eventTime": _time(event.time),
        "eventSource": f"{event.service}.amazonaws.com",
        "eventName": event.action,
        "awsRegion": event.region,
        "sourceIPAddress": event.source_ip,
        "userAgent": event.user_agent,
        "requestID": event.request_id,
        "eventID": event.request_id,
        "readOnly": reading,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": event.principal.account,
        "eventCategory": "Management",
    }
    failed = {"errorCode": event.error, "errorMessage": event.message} if event.error else {}
    return record | failed


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _one(name: str) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    return lambda shape: (shape[name],)


def _resource_names(shape: Mapping[str, object]) -> tuple[object, ...]:
    resources = shape["Resources"]
    assert isinstance(resources, list)
    return tuple(resource["ResourceName"] for resource in resources)


_ATTRIBUTES: Mapping[str, Callable[[Mapping[str, object]], tuple[object, ...]]] = {
    **{name: _one(name) for name in ("EventId", "EventName", "ReadOnly", "Username", "EventSource", "AccessKeyId")},
    "ResourceName": _resource_names,
}
