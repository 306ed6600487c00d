"""What a recipient's server decides, without a socket."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.receiver_policy import KINDS, House, ReceiverPolicy, Visit
from mailstrata.lab.zones import Zones

TO = "crew@dock.example"
VISIT = Visit(ip="127.0.1.10", helo="mta.example", sender="a@sailing.example")


def policy(voice: str = "exchange-online", seed: str = "policy") -> ReceiverPolicy:
    """A server for dock.example."""
    clock = LabClock(datetime(2026, 5, 12, tzinfo=UTC))
    house = House.of("MX.Dock.example", domains=("Dock.example",), voice=voice)
    return ReceiverPolicy(house, zones=Zones(), clock=clock, ids=Ids(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_answers_at_rcpt_as_it_should(kind: str) -> None:
    """Refusing kinds refuse, accepting ones accept, the silent one says nothing."""
    made = policy()
    made.add_mailbox(TO, kind)
    reply = made.at_rcpt(TO, VISIT)
    expected = {"exists": 250, "quarantined": 250, "unknown": 550, "full": 554, "full-temporary": 452, "delays": 451}
    assert (reply.code if reply else None) == (None if kind == "silent" else expected.get(kind, 550))


def test_a_kind_can_change_at_any_time() -> None:
    """The administrator mends a mailbox while the lab runs."""
    made = policy()
    box = made.add_mailbox(TO, "rule")
    first = made.at_rcpt(TO, VISIT)
    box.kind = "exists"
    second = made.at_rcpt(TO, VISIT)
    assert first is not None
    assert second is not None
    assert (first.refusal, second.refusal) == (True, False)


def test_a_foreign_domain_is_not_relayed_to() -> None:
    """Nobody else's mail is taken."""
    reply = policy().at_rcpt("x@elsewhere.example", VISIT)
    assert reply is not None
    assert reply.lines[0].startswith("5.4.1 Relay Access Denied [")


def test_a_message_without_an_author_is_refused() -> None:
    """No From field, no mail (RFC 5322 3.6)."""
    made = policy("gmail")
    made.add_mailbox(TO)
    reply = made.at_data(VISIT, (TO,), b"Subject: x\r\n\r\nbody\r\n")
    assert reply.lines[0].startswith("5.7.1 Messages missing a valid address in the From: header")


def test_one_refusal_after_data_holds_for_all() -> None:
    """SMTP has one reply for the message: nobody gets it."""
    made = policy()
    made.add_mailbox(TO)
    made.add_mailbox("list@dock.example", "restricted", stage="data")
    reply = made.at_data(VISIT, (TO, "list@dock.example"), b"From: a@sailing.example\r\n\r\nx\r\n")
    assert reply.lines[0].startswith("5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup")
    assert made.mailboxes[TO].messages == []


def test_the_same_seed_gives_the_same_trace_ids() -> None:
    """A recording of the lab can be compared: only the clock's time differs."""
    texts = []
    for _ in range(2):
        reply = policy(seed="same").at_rcpt("no@dock.example", VISIT)
        assert reply is not None
        texts.append(reply.lines[0].rsplit(" ", 1)[1])
    assert texts[0] == texts[1]
