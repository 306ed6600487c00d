from __future__ import annotations

from mailstrata.formats.arf import FeedbackReport, report_of
from mailstrata.formats.message import parse

FRAME = b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nwords\n--b\n"


def test_a_report_tells_its_kind_and_whom_it_is_about() -> None:
    """RFC 5965 3.1 and 3.2; the order of fields is free."""
    body = b"Original-Rcpt-To: <ann@harbor.example>\nSource-IP: 192.0.2.1\nFeedback-Type: abuse\nUser-Agent: FBL/1.0\n"
    assert report_of(parse(FRAME + b"Content-Type: message/feedback-report\n\n" + body + b"--b--\n")) == FeedbackReport(
        kind="abuse", recipients=("ann@harbor.example",), user_agent="FBL/1.0", source_ip="192.0.2.1"
    )


def test_a_redacted_report_names_nobody() -> None:
    """Most reporters hide the recipient."""
    found = report_of(parse(FRAME + b"Content-Type: message/feedback-report\n\nFeedback-Type: fraud\n--b--\n"))
    assert found == FeedbackReport(kind="fraud")


def test_microsofts_complaint_is_the_mail_with_a_header_more() -> None:
    """No report, no machine words."""
    mail = b"Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ann@harbor.example\nSubject: Quote\n\nhi\n"
    assert report_of(parse(mail)) == FeedbackReport(kind="abuse", recipients=("ann@harbor.example",))


def test_other_mail_is_no_report() -> None:
    """Nor is a bounce."""
    assert report_of(parse(b"Content-Type: message/delivery-status\n\nAction: failed\n")) is None
