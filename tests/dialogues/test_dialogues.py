"""Every state of the relay's session, as a conversation that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dialogues.dialogue import play

DIALOGUES = sorted(Path(__file__).parent.glob("*.smtp"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_the_relay_speaks_as_written(path: Path) -> None:
    """Line by line, and nothing beyond."""
    play(path)
