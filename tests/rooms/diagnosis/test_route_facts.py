"""Where mail for a domain goes."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.route_facts import Kind, route, unreached
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.reply import Reply

TWO = "mx dock.example = 10 mx1.dock.example\nmx dock.example = 20 mx2.dock.example\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TWO + "address mx1.dock.example - NXDOMAIN\naddress mx2.dock.example = 192.0.2.1", Kind.OPEN),
        (TWO + "address mx1.dock.example ? SERVFAIL\naddress mx2.dock.example = 192.0.2.1", Kind.OPEN),
        (TWO + "address mx1.dock.example - NXDOMAIN\naddress mx2.dock.example ? SERVFAIL", None),
        (TWO + "address mx1.dock.example - NXDOMAIN\naddress mx2.dock.example - NODATA", Kind.BROKEN),
        ("mx dock.example = 0 .", Kind.CLOSED),
        ("mx dock.example - NODATA\naddress dock.example = 192.0.2.1", Kind.OPEN),
        ("mx dock.example - NODATA\naddress dock.example - NODATA", Kind.CLOSED),
        ("mx dock.example - NXDOMAIN\naddress dock.example - NXDOMAIN", Kind.ABSENT),
        ("mx dock.example - NXDOMAIN\naddress dock.example ? SERVFAIL", None),
        ("mx dock.example ? timed out after 5 s", None),
    ],
)
def test_the_way_to_a_domain(text: str, kind: Kind | None) -> None:
    """RFC 5321 5.1: its MX hosts, else its own address; and three ways in which there is none."""
    way = route(Evidence(world.parse(text).facts), "dock.example")
    assert way.kind is kind
    assert (way.unknown is None) is (kind is not None)


@pytest.mark.parametrize(
    ("outcome", "message_id", "reply", "so"),
    [
        (Outcome.UNKNOWN, "m1", None, True),
        (Outcome.UNKNOWN, None, None, False),
        (Outcome.DELAYED, "m1", None, True),
        (Outcome.BOUNCED, "m1", "550 5.4.4 Invalid domain", True),
        (Outcome.BOUNCED, "m1", "556 5.1.10 Recipient address has null MX", True),
        (Outcome.BOUNCED, "m1", "550 5.1.1 user unknown", False),
        (Outcome.REFUSED_AT_RELAY, None, "535 no", False),
        (Outcome.SUPPRESSED, "m1", None, False),
        (Outcome.DELIVERED, "m1", None, False),
    ],
)
def test_only_what_no_server_answered_is_lost_by_the_way(
    outcome: Outcome, message_id: str | None, reply: str | None, so: bool
) -> None:
    """A server that spoke of a mailbox was reached."""
    send = Attempt(
        id="attempt-1",
        sender="admin@sailing.example",
        recipient="peter@dock.example",
        via=Via.SES_API,
        outcome=outcome,
        message_id=message_id,
        reply=Reply.parse(reply) if reply else None,
    )
    assert bool(unreached((send,))) is so
