"""``mailstrata demo``: the whole story, and that it ends well and leaks nothing."""

from __future__ import annotations

import pytest
from tests.rooms.cli.cli import command

from mailstrata.lab.ids import Ids

pytestmark = pytest.mark.lab


def test_the_demo_ends_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    """Two causes are told apart, both are mended, the human step is taken, and the same mails arrive."""
    ran = command(capsys, "demo")

    last = [line for line in ran.out.splitlines() if line.startswith(("broken:", "healthy:"))]
    assert ran.status == 0
    assert last == [
        "broken: causes=2 effects=1 unknown=1 arrived=0/3 primary=key-inactive secondary=recipient-suppressed",
        "healthy: causes=0 effects=0 unknown=1 arrived=3/3 primary=- secondary=-",
    ]


def test_no_secret_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the secret of the old key nor a password stands in what the demo prints."""
    secret = Ids("mailstrata-lab").secret_access_key("key/gmail")

    ran = command(capsys, "demo")

    assert secret not in ran.out + ran.err
    assert "235 Authentication successful" in ran.out
