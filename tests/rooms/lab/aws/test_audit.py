from __future__ import annotations

from datetime import UTC, datetime

from mailstrata.lab.aws.audit import KEPT, Audit, AuditEvent
from mailstrata.lab.clock import LabClock


def event(time: datetime, **changed: str) -> AuditEvent:
    """Return a call at that time."""
    said = {"service": "iam", "action": "GetUser", "key_id": "AKIA"} | changed
    return AuditEvent(time=time, request_id="r", principal=None, region="r", source_ip="127.0.0.1", **said)


def test_calls_are_found_by_all_that_is_given() -> None:
    """Service, action, key and time narrow what is found, oldest first."""
    clock = LabClock(datetime(2026, 5, 12, tzinfo=UTC))
    audit = Audit(clock)
    first = event(audit.now())
    clock.advance(60)
    later = audit.now()
    others = [event(later, action="CreateAccessKey"), event(later, service="sts"), event(later, key_id="ASIA")]
    for one in (first, *others):
        audit.record(one)
    assert audit.events() == (first, *others)
    assert audit.find(service="sts") == (others[1],)
    assert audit.find(action="CreateAccessKey", service="sts") == ()
    assert audit.find(key_id="AKIA", since=later) == (others[0], others[1])


def test_the_oldest_calls_go_first() -> None:
    """The record is bounded."""
    audit = Audit(LabClock(datetime(2026, 5, 12, tzinfo=UTC)))
    one = event(audit.now())
    for _ in range(KEPT + 1):
        audit.record(one)
    assert len(audit.events()) == KEPT
