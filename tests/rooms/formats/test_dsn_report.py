"""A delivery status notification, written; our own readers read it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mailstrata import read_bounce
from mailstrata.formats import dsn
from mailstrata.formats.dsn_report import Notice
from mailstrata.model.reply import Reply

AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
NOTICE = Notice(
    name="n7",
    reporting_mta="relay.sailing.example",
    sender="MAILER-DAEMON@sailing.example",
    to="admin@sailing.example",
    recipients=("a@dock.example", "b@dock.example"),
    reply=Reply(code=554, enhanced="5.7.1", text="Email address is not verified"),
    arrived=AT,
    at=AT,
    header=b"From: admin@sailing.example\r\nSubject: Berth 7\r\n\r\n",
)


def test_it_has_words_for_a_person_fields_for_a_program_and_the_header() -> None:
    """RFC 3462: text, delivery-status, rfc822-headers."""
    mail = email.message_from_bytes(NOTICE.render(), policy=email.policy.default)
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert mail.get_content_type() == "multipart/report"
    assert kinds == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert b"Berth 7" in NOTICE.render()


def test_our_own_reader_of_bounces_reads_it() -> None:
    """Each recipient with the status and the answer."""
    found = read_bounce(NOTICE.render())
    told = [(failed.recipient, failed.status, failed.action, failed.reply and failed.reply.code) for failed in found]
    assert told == [
        ("a@dock.example", "5.7.1", "failed", 554),
        ("b@dock.example", "5.7.1", "failed", 554),
    ]


def test_a_passing_fault_that_did_not_pass_is_a_failure() -> None:
    """The status of a mail that is given up is a lasting one (RFC 3463 3.1)."""
    late = replace(NOTICE, reply=Reply(code=454, enhanced="4.7.0", text="slower"))
    assert b"Status: 5.7.0\r\n" in late.render()


@given(st.text(max_size=3000), st.binary(max_size=300))
def test_words_and_headers_of_others_cannot_break_it(text: str, header: bytes) -> None:
    """Lines are short enough, only CRLF ends one, and the fields stay what they are."""
    raw = replace(NOTICE, reply=Reply(code=554, enhanced="5.6.0", text=text), header=header).render()
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    fields = (
        raw.partition(b"message/delivery-status\r\n\r\n")[2].partition(b"\r\n--=_n7")[0].decode().replace("\r\n", "\n")
    )
    groups = dsn.groups(fields)
    assert [dsn.address(group["final-recipient"]) for group in groups[1:]] == ["a@dock.example", "b@dock.example"]
