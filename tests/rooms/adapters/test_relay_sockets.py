"""The sockets of the relay: its own, one for each process on one port, or those that systemd passed."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest

from mailstrata.adapters.relay_sockets import bound, passed
from mailstrata.model.errors import Refusal


def test_copies_listen_on_one_port() -> None:
    """So the kernel spreads the connections over the processes."""
    found = bound("127.0.0.1:0", implicit=True, copies=3)
    with contextlib.ExitStack() as stack:
        for one in found:
            stack.enter_context(one.socket)
        assert len({one.socket.getsockname() for one in found}) == 1
        assert all(one.implicit for one in found)


def test_ipv6_is_written_in_brackets() -> None:
    """As everywhere."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        (one,) = bound("[::1]:0", implicit=False)
    except Refusal as refusal:
        pytest.skip(f"this machine has no IPv6 loopback: {refusal.message}")
    with one.socket:
        assert one.socket.family == socket.AF_INET6


def test_ipv6_stands_beside_ipv4_on_one_port() -> None:
    """Where the system would let an IPv6 socket take IPv4's port too (net.ipv6.bindv6only = 0)."""
    (four,) = bound("0.0.0.0:0", implicit=False)
    with four.socket:
        port = four.socket.getsockname()[1]
        try:
            (six,) = bound(f"[::]:{port}", implicit=False)
        except Refusal as refusal:
            if "already in use" in refusal.message:
                raise
            pytest.skip(f"this machine has no IPv6: {refusal.message}")
        with six.socket:
            assert six.socket.getsockname()[1] == port


def test_a_port_that_is_taken_is_refused_by_name() -> None:
    """With the way to find who has it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(Refusal) as raised:
            bound(f"127.0.0.1:{other.getsockname()[1]}", implicit=False)
        assert "Address already in use" in raised.value.message
        assert "ss -ltnp" in raised.value.hint


@pytest.mark.parametrize(
    "environment", [{}, {"LISTEN_PID": "1", "LISTEN_FDS": "2"}, {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "x"}]
)
def test_what_was_not_passed_to_this_process_is_not_taken(environment: dict[str, str]) -> None:
    """And the variables are gone for its children (sd_listen_fds(3))."""
    assert passed(environment) == []
    assert environment == {}
