"""That systemd hears when the relay serves, once, by a path or an abstract name; without it nothing is said."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mailstrata.adapters.relay_notify import ready


@pytest.mark.parametrize("abstract", [False, True])
def test_it_is_told_and_the_children_are_not_told_of(tmp_path: Path, abstract: bool) -> None:
    """As sd_notify(3) has it."""
    name = f"@mailstrata-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name[1:]}" if abstract else name)
        systemd.settimeout(5)
        environment = {"NOTIFY_SOCKET": name, "HOME": "/root"}
        ready(environment)
        assert systemd.recv(100) == b"READY=1"
        assert environment == {"HOME": "/root"}


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_nobody_who_listens_is_no_trouble(environment: dict[str, str]) -> None:
    """The relay serves all the same."""
    ready(environment)
