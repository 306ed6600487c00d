"""What CloudWatch knows of an account's standing with SES: the rates by which AWS pauses accounts.

    CloudWatchAnswers(aws, clock).answerers()

The metrics ``Reputation.BounceRate`` and ``Reputation.ComplaintRate`` of the namespace ``AWS/SES`` are shares of 1, written
by SES itself. An account that sent too little has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.aws import Answer, Aws
from mailstrata.adapters.aws_faults import Call
from mailstrata.model.facts import ReputationFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Clock
from mailstrata.model.question import Question, Reputation

WINDOW = timedelta(days=1)
"""How far back a data point may lie."""
_PERIOD = 3600


class CloudWatchAnswers:
    """Answers from CloudWatch's metrics."""

    def __init__(self, aws: Aws, clock: Clock) -> None:
        self._aws = aws
        self._clock = clock

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {Reputation: self.reputation}

    async def reputation(self, question: Reputation) -> Observation[ReputationFacts]:
        """The latest bounce and complaint rate; absent when CloudWatch has neither."""
        bounces = await self._latest("Reputation.BounceRate", question.region)
        if isinstance(bounces, Unknown):
            return bounces
        complaints = await self._latest("Reputation.ComplaintRate", question.region)
        if isinstance(complaints, Unknown):
            return complaints
        facts = ReputationFacts(bounce_rate=_rate(bounces), complaint_rate=_rate(complaints))
        if facts == ReputationFacts():
            return Absent(how="no data points")
        return Seen(value=facts, source=f"AWS cloudwatch {question.region}", at=self._clock.now())

    async def _latest(self, metric: str, region: str) -> Observation[float | None]:
        now = self._clock.now()
        params = {
            "Namespace": "AWS/SES",
            "MetricName": metric,
            "StartTime": now - WINDOW,
            "EndTime": now + timedelta(seconds=_PERIOD),
            "Period": _PERIOD,
            "Statistics": ["Average"],
        }
        call = Call(service="cloudwatch", operation="GetMetricStatistics", region=region, params=params)
        return await self._aws.ask(call, _last_point)


def _last_point(answer: Answer) -> float | None:
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return float(points[-1]["Average"]) if points else None


def _rate(observation: Seen[float | None] | Absent) -> float | None:
    return observation.value if isinstance(observation, Seen) else None
