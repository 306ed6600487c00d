"""Who is let in at the door."""

from __future__ import annotations

import ipaddress

from mailstrata.relay.admission import ELSEWHERE, FULL, FULL_HERE, UNKNOWN, Admission, Origins


def test_connections_are_counted_in_all_and_by_address() -> None:
    """Whoever left makes room."""
    door = Admission(total=3, per_address=2)
    assert [door.enter("203.0.113.9") for _ in range(3)] == [None, None, FULL_HERE]
    assert door.enter("198.51.100.7") is None
    assert door.enter("198.51.100.8") == FULL
    door.leave("203.0.113.9")
    assert door.enter("198.51.100.8") is None
    assert door.count == 3


def test_only_the_networks_named_are_let_in() -> None:
    """IPv4 in IPv6's clothes too."""
    origins = Origins([ipaddress.ip_network("203.0.113.0/24"), ipaddress.ip_network("2001:db8::/32")])
    assert origins.refused("203.0.113.9") is None
    assert origins.refused("::ffff:203.0.113.9") is None
    assert origins.refused("2001:db8::1") is None
    assert origins.refused("198.51.100.7") == ELSEWHERE


def test_while_the_networks_are_unknown_the_answer_is_temporary() -> None:
    """Not known is not elsewhere."""
    assert Origins(None).refused("203.0.113.9") == UNKNOWN


def test_without_networks_all_are_let_in() -> None:
    """The usual setting."""
    assert Origins().refused("203.0.113.9") is None
