"""``lab break``: a scenario is a fault as well, and injected into a healthy lab that runs it shows in the same diagnosis."""

from __future__ import annotations

import asyncio

import pytest
from tests.scenarios.playing import PATIENCE, played

from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.lab.expected import differences
from mailstrata.lab.scenario_file import load, shipped
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.wiring import on_lab

FAULTS = tuple(name for name in shipped() if load(name)[-1].base == "healthy")
LATER = 1200.0
"""Seconds after the mails at which one looks: a silent recipient has had its time."""


@pytest.mark.lab
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_is_injected_is_diagnosed_as_the_scenario_expects(fault: str) -> None:
    """Mails that are sent after the fault end as if the world had been so from the beginning."""
    expect = load(fault)[-1].expect
    assert expect is not None
    assert differences(expect, asyncio.run(_broken(fault))) == []


async def _broken(fault: str) -> Diagnosis:
    async with played("healthy") as lab:
        since = lab.here.clock.now()
        await lab.client.inject(fault)
        await lab.client.resend()
        await lab.client.advance(LATER)
        async with on_lab(lab.client) as here:
            tried = [one for one in await here.attempts() if one.at is not None and one.at >= since]
            case = open_case(here.settings.setup, at=await lab.client.now(), attempts=tried)
            found, _ = await diagnose(case, here.asker(), budget=PATIENCE)
            return found
