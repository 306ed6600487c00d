"""Each bounce of tests/bounces with what is read from it; `.why` beside it says why that is right."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corpora import each_mail

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.kinds import Kind
from mailstrata.bounces.read import read, reading, skim
from mailstrata.model.reply import Reply
from mailstrata.reports.words import iso

BOUNCES = Path(__file__).parents[2] / "bounces"
MAILS = sorted(BOUNCES.glob("*.eml"))


def shown(bounce: Bounce) -> dict[str, object]:
    """The fields that differ from their defaults, as JSON has them."""
    told = {field.name: getattr(bounce, field.name) for field in fields(bounce)}
    defaults = {field.name: field.default for field in fields(bounce) if field.default is not MISSING}
    return {name: _plain(value) for name, value in told.items() if name not in defaults or value != defaults[name]}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    return str(value) if isinstance(value, Reply) else value


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_what_is_read_from_a_mail_is_what_its_expected_file_says(mail: Path, request: pytest.FixtureRequest) -> None:
    """Reading a mail gives exactly the bounces beside it, field for field."""
    found = json.dumps([shown(bounce) for bounce in read(mail.read_bytes())], indent=2, ensure_ascii=False) + "\n"
    expected = mail.with_suffix(".expected")
    if request.config.getoption("--bless"):
        expected.write_text(found)
    assert found == expected.read_text()


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.stem)
def test_line_ends_do_not_matter(mail: Path) -> None:
    """The same mail with CRLF, as it crosses the net, reads the same."""
    raw = mail.read_bytes()
    assert read(raw.replace(b"\n", b"\r\n")) == read(raw)


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ("charset-koi8-r", "userunknown"),
        ("charset-iso-2022-jp", "mailboxfull"),
        ("charset-iso-8859-1", "userunknown"),
        ("charset-iso-8859-15", "mailboxfull"),
        ("charset-utf-7", "mailboxfull"),
        ("reply-alone", "mailboxfull"),
    ],
)
def test_why_is_told_by_words_in_any_charset_and_by_a_reply_without_any(mail: str, reason: str) -> None:
    """The words of a 550 tell a full mailbox from an unknown user, also where their letters are not ASCII's."""
    (bounce,) = read((BOUNCES / f"{mail}.eml").read_bytes())
    assert classify(bounce).reason == reason


@pytest.mark.parametrize("mail", sorted(BOUNCES.glob("not-a-bounce-*.eml")), ids=lambda mail: mail.stem)
def test_what_is_no_bounce_has_no_failed_recipient(mail: Path) -> None:
    """Absence notes in many languages, receipts, success notices, challenges, spam that imitates, bounces passed on."""
    told = reading(mail.read_bytes())
    assert told.kind is not Kind.BOUNCE
    assert [bounce.recipient for bounce in told.bounces if bounce.action in {"failed", "delayed"}] == []


def test_every_mail_has_its_reason() -> None:
    """No bounce is in the suite without an expected reading and a reason for it."""
    assert MAILS
    assert {mail.stem for mail in MAILS} == {why.stem for why in BOUNCES.glob("*.why")}
    assert {mail.stem for mail in MAILS} == {expected.stem for expected in BOUNCES.glob("*.expected")}


def test_the_source_is_written_into_each_bounce() -> None:
    """A report can name the file that a bounce came from."""
    raw = (BOUNCES / "rfc3464-two-recipients.eml").read_bytes()
    assert [bounce.source for bounce in read(raw, source="inbox/7.eml")] == ["inbox/7.eml", "inbox/7.eml"]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_are_no_bounce(raw: bytes) -> None:
    """Bytes of any kind give bounces or nothing, never an exception."""
    assert isinstance(read(raw), tuple)


@settings(deadline=None)
@given(st.sampled_from(MAILS), st.data())
def test_a_damaged_bounce_is_read_or_is_none(mail: Path, data: st.DataObject) -> None:
    """A bounce with bytes cut out, put in or changed never breaks the reader."""
    raw = mail.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 200)))
    patch = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"=?utf-8?b?!?=", b"\n\n", b"--", b"\x00\xff", b"; 550 "])
    )
    assert all(isinstance(bounce.recipient, str) for bounce in read(raw[:start] + patch + raw[end:]))


def test_odd_and_broken_mail_is_read_without_a_crash_and_without_a_false_alarm() -> None:
    """Of 357 broken mails none breaks the reader, and none of those that are surely no bounce is taken for one."""
    alarms = [entry["file"] for entry, raw in each_mail("mime-torture") if read(raw) and entry.get("not_a_bounce")]
    assert alarms == []


def test_third_party_bounces_are_read_without_a_crash() -> None:
    """The open half of the bounce corpus is read to its end; where the standard suffices, the recipient is found."""
    found = sum(bool(read(raw)) for _, raw in each_mail("bounces-open"))
    assert found > 100


def test_a_report_inside_a_mail_that_wears_its_headers_is_read() -> None:
    """A virus filter put the whole report into a part of its own."""
    report = (BOUNCES / "rfc3464-two-recipients.eml").read_bytes()
    frame = b"Content-Type: multipart/mixed; report-type=delivery-status; boundary=outer\n\n--outer\n"
    wrapped = frame + b"Content-Type: message/rfc822\n\n" + report + b"\n--outer--\n"
    assert [bounce.recipient for bounce in read(wrapped)] == [bounce.recipient for bounce in read(report)]


def test_a_report_passed_on_as_plain_text_is_read() -> None:
    """A provider's own introduction before the mail that it got."""
    report = (BOUNCES / "rfc3464-two-recipients.eml").read_bytes()
    text = b"From: MAILER-DAEMON@harbor.example\nSubject: Undelivered\n\nSorry.\n\n-----\nReturn-Path: <>\n" + report
    assert [bounce.recipient for bounce in read(text)] == [bounce.recipient for bounce in read(report)]


def test_large_mail_is_read_in_bounded_time() -> None:
    """Ten thousand parts, recipients or levels cost no more than their bound."""
    parts = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhello\n" * 10_000
    status = b"Content-Type: message/delivery-status\n\n"
    recipients = status + b"".join(b"Final-Recipient: rfc822; a%d@x.example\n\n" % number for number in range(10_000))
    levels = b"Content-Type: message/rfc822\n\n" * 10_000
    assert [len(read(mail)) for mail in (parts, recipients, levels)] == [0, 500, 0]


@pytest.mark.parametrize("corpus", ["bounces-open", "mime-torture"])
def test_a_skim_says_what_the_whole_reading_says(corpus: str) -> None:
    """The words around an answer, asked for late or never, change no classification."""
    for entry, raw in each_mail(corpus):
        seen, whole = skim(raw), reading(raw)
        late = [classify(bounce, seen.around) for bounce in seen.bounces]
        assert (seen.kind, late) == (whole.kind, [classify(bounce) for bounce in whole.bounces]), entry["file"]
