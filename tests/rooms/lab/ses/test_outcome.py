from __future__ import annotations

import pytest

from mailstrata.lab.mail import Outcome
from mailstrata.lab.ses.outcome import Verdict, classified, delay_type


@pytest.mark.parametrize(
    ("reply", "kind", "subtype", "status"),
    [
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "Permanent", "General", "5.1.10"),
        ("550 5.7.1 Service unavailable, client host blocked", "Permanent", "General", "5.7.1"),
        ("552 5.2.2 The mailbox is full", "Transient", "MailboxFull", "5.2.2"),
        ("552 5.3.4 Message too big", "Transient", "MessageTooLarge", "5.3.4"),
        ("554 5.6.0 Refused content", "Transient", "ContentRejected", "5.6.0"),
        ("550 denied [5.3.0]", "Transient", "General", "5.3.0"),
        ("550 no such user", "Permanent", "General", "5.0.0"),
    ],
)
def test_a_refusal_is_classified_by_its_enhanced_status(reply: str, kind: str, subtype: str, status: str) -> None:
    """Some real 5xx are transient to SES."""
    assert classified(Outcome(code=550, reply=reply)) == Verdict(kind=kind, subtype=subtype, status=status)


@pytest.mark.parametrize(
    ("code", "reply", "delay"),
    [
        (0, "no connection", "TransientCommunicationFailure"),
        (452, "452 4.2.2 full", "MailboxFull"),
        (451, "451", "General"),
    ],
)
def test_a_delay_has_its_type(code: int, reply: str, delay: str) -> None:
    """No connection at all is a failure of communication."""
    assert delay_type(Outcome(code=code, reply=reply)) == delay
