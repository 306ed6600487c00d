"""What the setup says reaches the parts that are put together of it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from mailstrata import wiring
from mailstrata.adapters import relay_outlet
from mailstrata.adapters.relay_outlet import Outlet

SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"
[relay]
name = "smtp.sailing.example"
database = "{database}"
regions = ["eu-west-1", "us-east-1"]
mode = "spool"
processes = 2
hosts = 3
"""


class Seen(Exception):
    """Ends what would open databases and connections."""


def test_the_relays_outlet_is_what_the_setup_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions in their order, the mode, and of the account's rate the part of one process among those of all hosts."""
    outlets: list[Outlet] = []

    def opened(outlet: Outlet) -> None:
        outlets.append(outlet)
        raise Seen

    monkeypatch.setattr(relay_outlet, "opened", opened)
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(SETUP.format(database=tmp_path / "relay.sqlite3"))
    plan = wiring.relay(str(setup), log=io.BytesIO())

    async def delivered() -> None:
        async with plan.delivery(plan.settings()):
            pass

    with pytest.raises(Seen):
        asyncio.run(delivered())
    (outlet,) = outlets
    assert [region.name for region in outlet.regions] == ["eu-west-1", "us-east-1"]
    assert (outlet.habits.mode.value, outlet.habits.host, outlet.share) == ("spool", "smtp.sailing.example", 1 / 6)
