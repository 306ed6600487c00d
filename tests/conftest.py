"""What holds for every test: no network beyond loopback, the same examples each time, `--bless` to rewrite expected texts.

`--hypothesis-profile=search` looks for new examples instead of those that are drawn each time.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--bless``."""
    parser.addoption("--bless", action="store_true", help="rewrite expected texts with what is; then read the diff")


@pytest.fixture
def bless(request: pytest.FixtureRequest) -> bool:
    """Whether expected texts are to be rewritten."""
    return bool(request.config.getoption("--bless"))


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and datagram that would leave this machine."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(method: Any) -> Any:
    def call(sock: socket.socket, *arguments: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            _check(arguments[-1])
        return method(sock, *arguments)

    return call


def _check(address: Any) -> None:
    host = str(address[0])
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise RuntimeError(f"a test tried to reach {host}: only loopback is allowed")
