from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mailstrata.lab.living import Living

pytestmark = pytest.mark.lab


async def _killed_everywhere() -> list[dict[str, Any]]:
    """What the driver tells of rotations in the lab ``healthy``, each of which was killed at another moment."""
    driver = Path(__file__).with_name("rotation_driver.py")
    async with Living.of("healthy") as lab:
        administrator = lab.parts.iam.administrator
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(driver),
            lab.url,
            administrator.key_id,
            administrator.secret,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


def test_a_rotation_killed_after_every_word_to_the_ledger_comes_to_the_same_end() -> None:
    """SIGKILL before and after each step, in real processes on a living lab: the next process goes on.

    At every moment at most two keys, and the stored credential logs in.
    """
    runs = asyncio.run(_killed_everywhere())

    assert [run["died"] for run in runs] == [True] * (len(runs) - 1) + [False]
    assert len(runs) > 20, "a rotation writes more than twenty times"
    for run in runs:
        for state in run["seen"]:
            assert len(state["keys"]) <= 2, run["deadly"]
            assert state["stored_works"], run["deadly"]
            assert state["keys"][state["alias"]] == "Active", run["deadly"]
            assert state["leaks"] == []
        end = run["seen"][-1]
        assert end["ended"], run["deadly"]
        assert end["open"] == []
        assert end["keys"] == {end["stored_user"]: "Active"}
        assert end["alias"] == end["stored_user"]
        assert end["stored"] == ["password", "region", "secret_access_key", "username"]
