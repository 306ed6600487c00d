from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.bounces import rfc3464
from mailstrata.bounces.notice import Notice
from mailstrata.formats.dsn import TEXT_LIMIT
from mailstrata.formats.message import parse


def _notice(raw: bytes) -> Notice:
    return Notice(parse(raw))


def _numbered(number: int) -> bytes:
    return b"".join(b"Final-Recipient: rfc822; a%d@harbor.example\nAction: failed\n\n" % each for each in range(number))


def told(status: str) -> list[tuple[str, str, str]]:
    """Recipient, action and status of each group of a delivery-status."""
    mail = Notice(parse(b"Content-Type: message/delivery-status\n\n" + status.encode()))
    return [(bounce.recipient, bounce.action, bounce.status) for bounce in rfc3464.read(mail)]


def test_an_empty_delivery_status_says_nothing() -> None:
    """As in Gmail's alias bounce (facts.md C3)."""
    assert told("") == []


def test_the_order_of_fields_is_free() -> None:
    """SES puts Action first (facts.md B7)."""
    text = (
        "Reporting-MTA: dns; x.example\n\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; ann@harbor.example\n"
    )
    assert told(text) == [("ann@harbor.example", "failed", "5.1.1")]


def test_what_a_group_tells_of_times_and_logs_is_kept() -> None:
    """RFC 3464 2.3.7 to 2.3.9; what is no time is none."""
    group = (
        b"Final-Recipient: rfc822; ann@harbor.example\nAction: delayed\nFinal-Log-ID: smtp; 4Xy7; q-17\n"
        b"Last-Attempt-Date: Tue, 12 May 2026 14:50:00 -0400\nWill-Retry-Until: %s\n"
    )
    for until, meant in (
        (b"Sun, 17 May 2026 18:45:00 +0000", datetime(2026, 5, 17, 18, 45, tzinfo=UTC)),
        (b"soon", None),
    ):
        (bounce,) = rfc3464.read(_notice(b"Content-Type: message/delivery-status\n\n" + group % until))
        assert (bounce.will_retry_until, bounce.final_log_id) == (meant, "4Xy7; q-17")
        assert bounce.at == datetime(2026, 5, 12, 18, 50, tzinfo=UTC)


def test_the_original_recipient_stands_in_for_a_missing_final_one() -> None:
    """RFC 3464 2.3.2 asks for it; not everybody writes it."""
    assert told("Original-Recipient: rfc822;ann@harbor.example\nStatus: 5.0.0") == [
        ("ann@harbor.example", "failed", "5.0.0")
    ]


def test_a_missing_action_follows_from_the_class_of_the_status() -> None:
    """RFC 3463 2: 2 is success, 4 persistent and transient, 5 permanent."""
    groups = "\n\n".join(f"Final-Recipient: rfc822; a@harbor.example\nStatus: {digit}.0.0" for digit in (2, 4, 5))
    assert [action for _, action, _ in told(groups)] == ["delivered", "delayed", "failed"]


def test_a_status_with_a_comment_is_a_status_and_garbage_is_none() -> None:
    """``5.1.1 (bad mailbox)`` is seen in the wild."""
    text = "Final-Recipient: rfc822; a@harbor.example\nStatus: "
    assert told(text + "5.1.1 (bad mailbox)")[0][2] == "5.1.1"
    assert told(text + "9.1.1234")[0][2] == ""


def test_a_line_that_is_no_field_continues_the_one_before() -> None:
    """Some servers forget the space that a folded line begins with."""
    mail = _notice(
        b"Content-Type: message/delivery-status\n\n"
        b"Final-Recipient: rfc822; a@harbor.example\nDiagnostic-Code: smtp; 550 5.1.1 no\nsuch user here\n"
    )
    (bounce,) = rfc3464.read(mail)
    assert str(bounce.reply) == "550 5.1.1 no such user here"


def test_a_recipient_of_another_kind_is_kept_as_it_is_written() -> None:
    """An X.400 name is no address, but is what the bounce says."""
    assert told("Final-Recipient: x400; /c=ww/admd=x")[0][0] == "/c=ww/admd=x"


def test_the_delivery_status_of_an_enclosed_bounce_is_not_this_mails() -> None:
    """A bounce of a bounce speaks of the outer recipient alone."""
    inner = b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@harbor.example\n"
    assert rfc3464.read(_notice(b"Content-Type: message/rfc822\n\n" + inner)) == ()


def test_the_number_of_recipients_is_bounded() -> None:
    """One mail cannot make a report of a million lines."""
    mail = _notice(b"Content-Type: message/delivery-status\n\n" + _numbered(rfc3464.RECIPIENT_LIMIT + 5))
    assert len(rfc3464.read(mail)) == rfc3464.RECIPIENT_LIMIT


@pytest.mark.parametrize(("padding", "recipients"), [(1000, 2), (TEXT_LIMIT, 1)])
def test_of_many_reports_in_one_mail_so_much_is_read_as_of_one(padding: int, recipients: int) -> None:
    """A mail may have a thousand such parts."""
    report = (
        "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {}@dock.example\nAction: failed\n{}\n"
    )
    whole = report.format("ann", "x" * padding) + report.format("bob", "") + "--b--\n"
    raw = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" + whole.encode()
    assert len(rfc3464.read(_notice(raw))) == recipients


def test_the_next_one_of_a_list_is_not_what_a_server_said_of_the_one_before() -> None:
    """Sendmail lists the recipients one a line; where it gives no reason, the words of all tell."""
    words = "Your mail is lost:\n<ann@dock.example>\n<bob@dock.example>\n<eve@dock.example>\nShe has moved away.\n"
    notice = _notice(b"From: MAILER-DAEMON@dock.example\n\n" + words.encode())
    said = [rfc3464.answer_about(notice, f"{name}@dock.example").diagnostic for name in ("ann", "bob", "eve")]
    assert said == [" ".join(words.split())] * 2 + ["She has moved away."]
