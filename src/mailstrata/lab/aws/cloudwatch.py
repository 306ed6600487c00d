"""The metrics that SES itself writes into CloudWatch; all other metrics are the emulator's.

    services = {"monitoring": CloudWatch(rates, clock, behind=app, account="123456789012")}

``Reputation.BounceRate`` and ``Reputation.ComplaintRate`` of the namespace ``AWS/SES`` are shares of 1, at the lab's time. The
emulator keeps points by the machine's clock and would forget what a scenario of last spring says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mailstrata.lab.aws.behind import credential
from mailstrata.lab.aws.request import AwsRequest, AwsResponse
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call
from mailstrata.lab.clock import LabClock

Rates = Mapping[tuple[str, str], float]
"""Shares by region and metric name."""


class CloudWatch:
    """The service ``monitoring``, as the credential scope calls CloudWatch."""

    def __init__(self, rates: Rates, clock: LabClock, *, behind: AsgiApp, account: str) -> None:
        self._rates = rates
        self._clock = clock
        self._behind = behind
        self._account = account

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        if request.headers.get("x-amz-target", "").endswith(".GetMetricStatistics"):
            asked = request.json()
            if asked.get("Namespace") == "AWS/SES" and str(asked.get("MetricName")).startswith("Reputation."):
                return self._statistics(request.region, asked)
        headers = dict(request.headers) | credential("monitoring", account=self._account, region=request.region)
        wire = WireRequest(method=request.method, path=request.path, headers=headers, body=request.body)
        return await call(self._behind, wire)

    def _statistics(self, region: str, asked: Mapping[str, Any]) -> AwsResponse:
        metric, now = str(asked["MetricName"]), self._clock.now().timestamp()
        share = self._rates.get((region, metric))
        inside = float(asked.get("StartTime", now)) <= now <= float(asked.get("EndTime", now))
        points = [{"Timestamp": int(now), "Average": share, "Unit": "None"}] if inside and share is not None else []
        body = json.dumps({"Label": metric, "Datapoints": points}).encode()
        return AwsResponse(body=body, headers={"content-type": "application/x-amz-json-1.0"})
