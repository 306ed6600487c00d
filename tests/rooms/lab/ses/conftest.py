"""The stage of the tests of the lab's SES."""

from __future__ import annotations

import pytest
from tests.rooms.lab.ses.scene import Scene, made


@pytest.fixture
def scene() -> Scene:
    """A stage without identities."""
    return made()
