"""A bounce and its classification as the object of ``bounce read --jsonl`` (contract, "bounce read --jsonl").

    record(bounce, classify(bounce), file="ndr.eml")["reason"]       # "mailboxfull"

What the mail does not tell is ``null``. ``number``, ``owner``, ``remedy``, ``kind``, ``will_retry_until`` and
``final_log_id`` are ours, beyond the contract's fields. Who complains of a mail has it: its ``action`` is ``delivered``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.kinds import Kind

Json = dict[str, object]

REASONS = {Kind.FEEDBACK: "feedback", Kind.AUTO_REPLY: "vacation", Kind.DELIVERY_REPORT: "delivered"}
"""The shared names that some mails have which are no bounces."""

_BAD = frozenset({"failed", "delayed"})


def record(bounce: Bounce, said: Classification, *, file: str, number: int | None = None) -> Json:
    """The object of one recipient. ``bounce`` in it is false for good news and complaints."""
    return {
        "file": file,
        "number": number,
        "bounce": bounce.action in _BAD,
        "recipient": bounce.recipient or None,
        "original_recipient": bounce.original_recipient or None,
        "action": "delivered" if bounce.action == "complained" else bounce.action,
        "status": status_of(bounce) or None,
        "reply_code": str(bounce.reply.code) if bounce.reply else None,
        "reason": said.reason,
        "hard": said.hard,
        "diagnostic": bounce.diagnostic or None,
        "stratum": said.stratum,
        "code": said.code,
        "owner": said.owner,
        "remedy": said.remedy,
        "reporting_mta": bounce.reporting_mta or None,
        "remote_mta": bounce.remote_mta or None,
        "dialect": bounce.dialect,
        "provider": bounce.provider or None,
        "at": _iso(bounce.at),
        "will_retry_until": _iso(bounce.will_retry_until),
        "final_log_id": bounce.final_log_id or None,
        "message_id": bounce.message_id or None,
        "subject": bounce.subject or None,
        "from": bounce.sender or None,
        "alias": bounce.alias,
        "confidence": said.confidence,
    }


def no_bounce(kind: Kind, *, file: str, number: int | None = None) -> Json:
    """The object of a mail that is no bounce."""
    return {"file": file, "number": number, "bounce": False, "kind": kind.value, "reason": REASONS.get(kind)}


def status_of(bounce: Bounce) -> str:
    """The enhanced status: the report's own, or the one in the answer where the report has none or only ``x.0.0``."""
    inner = bounce.reply.enhanced if bounce.reply else ""
    return inner if inner and (not bounce.status or bounce.status.endswith(".0.0")) else bounce.status


def _iso(at: datetime | None) -> str | None:
    if at is None:
        return None
    return _written()(at if at.tzinfo is UTC else at.astimezone(UTC))[:19] + "Z"


@cache
def _written() -> Callable[[datetime], str]:
    """What writes a time in a quarter of isoformat's instructions; its library is loaded when the first is written."""
    from msgspec import to_builtins

    return to_builtins
