r"""Feedback reports: somebody pressed "this is spam", or a check of authentication failed (RFC 5965, RFC 6591).

    report_of(mail).kind          # "abuse"
    report_of(mail).recipients    # ("ann@harbor.example",)

A feedback report has the frame of a bounce (multipart/report) and is none: the mail arrived. Microsoft sends its complaints
without that frame: the complained-about mail alone, with ``X-HmXmrOriginalRecipient`` in its headers.
"""

from __future__ import annotations

from mailstrata.formats.dsn import address, groups
from mailstrata.formats.message import Part
from mailstrata.model.values import dataclass

REPORT_TYPE = "message/feedback-report"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """What a feedback report says; empty where it does not tell (most reporters redact the recipient)."""

    kind: str
    """Feedback-Type: ``abuse``, ``fraud``, ``auth-failure``, ``not-spam``, ``opt-out``, …"""
    recipients: tuple[str, ...] = ()
    user_agent: str = ""
    source_ip: str = ""


def report_of(mail: Part) -> FeedbackReport | None:
    """The feedback report that a mail is, or ``None``."""
    for part in mail.walk():
        if part.type == REPORT_TYPE:
            return _read(part.text)
        enclosed = part.enclosed
        if enclosed is not None and enclosed.has("x-hmxmroriginalrecipient"):
            return FeedbackReport(kind="abuse", recipients=(address(enclosed.get("x-hmxmroriginalrecipient")),))
    return None


def _read(text: str) -> FeedbackReport:
    fields = {name: value for group in reversed(groups(text)) for name, value in group.items()}
    told = (fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient"))
    return FeedbackReport(
        kind=fields.get("feedback-type", "").strip().lower()[:60],
        recipients=tuple(address(each) for each in told if each),
        user_agent=fields.get("user-agent", "")[:200],
        source_ip=fields.get("source-ip", "")[:60],
    )
