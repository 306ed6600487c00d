"""The rates that AWS judges an account by, as CloudWatch tells them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mailstrata.model.facts import ReputationFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Reputation
from mailstrata.wiring import stage

pytestmark = pytest.mark.lab


def _asked(scenario: str) -> Observation[ReputationFacts]:
    async def ask() -> Observation[ReputationFacts]:
        async with stage(lab=scenario) as here:
            observation: Observation[ReputationFacts] = await here.asker().ask(Reputation("us-east-1"))
            return observation

    return asyncio.run(ask())


def test_the_latest_rates_are_told() -> None:
    """Shares of 1, from the metrics that SES writes itself."""
    seen = _asked("account-paused")

    assert isinstance(seen, Seen)
    assert seen.value == ReputationFacts(bounce_rate=0.124, complaint_rate=0.0021)


def test_an_account_that_sends_little_has_none() -> None:
    """No data point is no rate of zero."""
    assert _asked("healthy") == Absent(how="no data points")


def test_a_denied_call_is_unknown(tmp_path: Path) -> None:
    """Without the permission nothing is known, and the permission is named."""
    scenario = tmp_path / "denied.toml"
    text = 'title = "Denied"\nbase = "healthy"\ndeny = ["cloudwatch:GetMetricStatistics"]\n'

    scenario.write_text(text)

    seen = _asked(str(scenario))

    assert isinstance(seen, Unknown)
    assert "cloudwatch:GetMetricStatistics" in seen.needs
