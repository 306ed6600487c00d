"""``mailstrata bounce read``: one line or object for each recipient, from wherever the mails are."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bench.bounce_memory import GROWTH, peak
from tests.rooms.cli.cli import command

BOUNCES = Path(__file__).parents[2] / "bounces"
CONTRACT = {
    "file", "bounce", "recipient", "original_recipient", "action", "status", "reply_code", "reason", "hard", "diagnostic",
    "stratum", "code", "reporting_mta", "remote_mta", "dialect", "provider", "at", "message_id", "subject", "from", "alias",
    "confidence",
}  # fmt: skip
DELAYED = b"""Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.dock.example

Final-Recipient: rfc822; ann@dock.example
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; 421 4.4.1 Connection timed out
--b--
"""


def _lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_each_failed_recipient_is_an_object_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """All the contract's fields are there, and nothing but JSON on stdout."""
    ran = command(capsys, "bounce", "read", "--jsonl", str(BOUNCES / "ses-exchange-refused.eml"))

    (told,) = _lines(ran.out)
    assert ran.status == 1
    assert set(told) >= CONTRACT
    assert (told["bounce"], told["reason"], told["hard"]) == (True, "userunknown", True)
    assert (told["stratum"], told["code"], told["owner"]) == ("recipient", "recipient-unknown", "you")


def test_a_mail_that_is_no_bounce_is_one_object_that_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing failed, so the exit status is 0."""
    ran = command(capsys, "bounce", "read", "--jsonl", str(BOUNCES / "not-a-bounce-read-receipt.eml"))

    assert ran.status == 0
    assert [told["bounce"] for told in _lines(ran.out)] == [False]


def test_a_delay_is_told_and_is_no_failure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The mail may still arrive."""
    (tmp_path / "delay.eml").write_bytes(DELAYED)
    ran = command(capsys, "bounce", "read", "--jsonl", str(tmp_path))

    (told,) = _lines(ran.out)
    assert (ran.status, told["bounce"], told["action"], told["hard"]) == (0, True, "delayed", False)


def test_an_alias_bounce_is_about_the_relay(capsys: pytest.CaptureFixture[str]) -> None:
    """Gmail could not log in to SES; the recipient has no part in it."""
    ran = command(capsys, "bounce", "read", "--jsonl", str(BOUNCES / "gmail-alias-535.eml"))

    assert [(told["stratum"], told["code"]) for told in _lines(ran.out)] == [("relay", "login-refused")]


@pytest.mark.parametrize(
    ("kind", "code"), [("account", "recipient-suppressed"), ("global", "recipient-globally-suppressed")]
)
def test_a_suppressed_recipient_is_not_unknown(capsys: pytest.CaptureFixture[str], kind: str, code: str) -> None:
    """SES says 5.1.1 of an address that it never tried (facts.md B5)."""
    ran = command(capsys, "bounce", "read", "--jsonl", str(BOUNCES / f"ses-suppressed-{kind}.eml"))

    (told,) = _lines(ran.out)
    assert (told["status"], told["reason"], told["hard"]) == ("5.1.1", "suppressed", False)
    assert (told["stratum"], told["code"]) == ("account", code)


def test_a_directory_is_read_whole_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """For people: who, why, whose turn it is, what to do, and how many."""
    ran = command(capsys, "bounce", "read", str(BOUNCES))

    assert ran.status == 1
    assert "→ Check the address for typing errors" in ran.out
    assert "who can mend it" in ran.out.splitlines()[0]
    assert "failed recipients" in ran.out.splitlines()[-1]


def test_a_pasted_text_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """The number decides what Exchange's four banned senders mean."""
    ran = command(capsys, "bounce", "read", "--jsonl", "--text", "550 5.7.511 Access denied, banned sender")

    (told,) = _lines(ran.out)
    assert (ran.status, told["reply_code"], told["owner"], told["dialect"]) == (1, "550", "aws", "text")


def test_events_of_ses_run_through_the_same_classification(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One document or one a line; both give the same objects."""
    event = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Transient",
            "bouncedRecipients": [
                {"emailAddress": "ann@dock.example", "diagnosticCode": "smtp; 552 5.2.2 Mailbox full"}
            ],
        },
    }
    (tmp_path / "a.json").write_text(json.dumps(event, indent=1))
    (tmp_path / "b.jsonl").write_text(f"{json.dumps(event)}\n" * 2)
    ran = command(capsys, "bounce", "read", "--jsonl", str(tmp_path))

    assert [(told["recipient"], told["reason"]) for told in _lines(ran.out)] == [
        ("ann@dock.example", "mailboxfull")
    ] * 3


def test_what_a_mail_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences are shown as text, in the table as in JSON."""
    for form in ([], ["--jsonl"]):
        ran = command(capsys, "bounce", "read", *form, "--text", "550 5.1.1 \x1b[2J\x9bgone\u202e")
        assert not {"\x1b", "\x9b", "\u202e"} & set(ran.out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/nowhere/none.eml"], "/nowhere/none.eml: No such file or directory"),
        ([], "give mails to read, or --text, --imap or --gmail"),
        (["x.eml", "--text", "550 no"], "give mails to read, or --text, --imap or --gmail"),
        (["--imap", "localhost"], "--imap needs a login"),
        (["--text", " "], "the text is empty"),
    ],
)
def test_the_callers_mistake_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Status 2, the file named, nothing on stdout."""
    ran = command(capsys, "bounce", "read", *arguments)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_an_imap_server_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password comes from the environment and is in no output."""
    monkeypatch.setenv("MAILSTRATA_IMAP_PASSWORD", "abcd-efgh-ijkl")
    ran = command(capsys, "bounce", "read", "--imap", "localhost:1", "--user", "ann@sailing.example")

    assert ran.status == 3
    assert ran.err.startswith("mailstrata: localhost:1: ")
    assert "abcd" not in ran.err


def test_what_cannot_be_read_is_named_and_the_rest_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One line a file on stderr, status 2, and nothing but JSON on stdout."""
    ran = command(
        capsys, "bounce", "read", "--jsonl", str(tmp_path / "gone"), str(BOUNCES / "gmail-alias-535.eml"), "/nowhere"
    )

    assert (ran.status, len(_lines(ran.out))) == (2, 1)
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [str(tmp_path / "gone"), "/nowhere"]


def test_an_empty_directory_is_said_to_be_empty(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No heading above nothing."""
    assert command(capsys, "bounce", "read", str(tmp_path)).out == "No mail was found.\n"


def test_a_folder_without_a_failure_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In words, not as a zero."""
    (tmp_path / "a.eml").write_bytes(b"Subject: Quote\n\nAhoy\n")
    ran = command(capsys, "bounce", "read", str(tmp_path))

    assert ran.status == 0
    assert ran.out.splitlines()[1:] == [
        f"· {tmp_path}/a.eml: no bounce",
        "No recipient failed; 1 mail without a failure.",
    ]


def test_ctrl_c_ends_cleanly_with_what_was_read() -> None:
    """The first mail of a stream that goes on for ever: its line is out, one line says that it was stopped."""
    mail = b"From MAILER-DAEMON Mon May 12 18:31:03 2026\n" + (BOUNCES / "gmail-alias-535.eml").read_bytes() + b"\n\n"
    lines = (
        "import os, signal, sys",
        "signal.signal(signal.SIGINT, signal.SIG_DFL)",  # a shell may have started us deaf to it, and that is inherited
        "os.execv(sys.executable, [sys.executable, '-u', '-m', 'mailstrata', 'bounce', 'read', '--jsonl', '-'])",
    )
    reading = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "\n".join(lines)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert reading.stdin
    assert reading.stdout
    reading.stdin.write(mail + mail)
    reading.stdin.flush()
    first = reading.stdout.readline()
    reading.send_signal(signal.SIGINT)
    out, err = reading.communicate(timeout=20)
    assert json.loads(first)["code"] == "login-refused"
    assert (out, err, reading.returncode) == (b"", b"mailstrata: stopped after 1 mail\n", 130)


def test_ten_times_as_many_mails_take_no_more_memory() -> None:
    """An mbox made while it is read, each mail about somebody else; 100,000 of them are `make bench-bounces-memory`."""
    few, _ = peak(150)
    many, _ = peak(1500)
    assert many < few + GROWTH
