from __future__ import annotations

import base64
import json

import pytest

from mailstrata.bounces.records import records, records_of_text

EVENT = {
    "eventType": "Bounce",
    "bounce": {"bouncedRecipients": [{"emailAddress": f"{name}@dock.example"} for name in "ab"]},
}


def test_a_mail_and_an_event_give_the_same_objects() -> None:
    """Whatever the bytes are, the fields are the contract's."""
    report = (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.dock.example\n\n"
        b"Final-Recipient: rfc822; a@dock.example\nAction: failed\nStatus: 5.2.2\n--b--\n"
    )
    (of_mail,) = records(report, file="a")
    of_event = next(records(json.dumps(EVENT).encode(), file="a"))
    assert set(of_mail) == set(of_event)


def test_each_recipient_of_an_event_has_an_object() -> None:
    """One notification may carry several (facts.md B7)."""
    told = list(records(json.dumps(EVENT).encode(), file="a"))
    assert [one["recipient"] for one in told] == ["a@dock.example", "b@dock.example"]


def test_an_event_without_a_failure_is_one_object_that_says_so() -> None:
    """As with a mail that is no bounce."""
    assert [one["bounce"] for one in records(b'{"eventType": "Send", "mail": {}}', file="a")] == [False]


@pytest.mark.parametrize(
    "joined",
    [
        "{0}{0}",
        "{0}\n{0}\n",
        "{0}\r\n{0}",
        "[{0}, {0}]",
        "[\n {0},\n {0}\n]",
        "\ufeff{0}\n{0}",
        "{0}\n{{broken\n{0}",
        "{0}{0}\n" + "x" * 4_200_000,
    ],
    ids=["firehose", "lines", "crlf", "list", "list in lines", "byte order mark", "one broken", "more than 4 MiB"],
)
def test_events_are_read_however_they_are_joined(joined: str) -> None:
    """Firehose puts nothing between them, a log a line end, a script a list; Windows a byte order mark before them."""
    told = list(records(joined.format(json.dumps(EVENT)).encode(), file="a"))
    assert [one["recipient"] for one in told] == ["a@dock.example", "b@dock.example"] * 2


def test_a_printed_list_and_printed_events_are_read() -> None:
    """With the indents that people read."""
    for text in (json.dumps([EVENT, EVENT], indent=2), json.dumps(EVENT, indent=2) * 2):
        assert [one["dialect"] for one in records(text.encode(), file="a")] == ["ses-event"] * 4


def test_braces_alone_make_no_event() -> None:
    """A mail may begin with anything; lines that are no JSON are passed over."""
    assert [one["bounce"] for one in records(b"{not json\nSubject: x\n\n", file="a")] == [False]


def test_events_behind_much_that_is_none_are_read() -> None:
    """A log may hold more than SES's events: these, too, are found as lines, printed with indents, or in base64."""
    kinesis = {"Records": [{"kinesis": {"data": base64.b64encode(json.dumps(EVENT).encode()).decode()}}]}
    for event in (json.dumps(EVENT), json.dumps(EVENT, indent=2), json.dumps(kinesis)):
        told = list(records(b'{"level": 1}\n' * 11_000 + event.encode(), file="a"))
        assert [one["recipient"] for one in told] == ["a@dock.example", "b@dock.example"]
    told = list(records(b"{}\n" * 11_000 + json.dumps(EVENT).encode(), file="a"))
    assert [one["recipient"] for one in told] == ["a@dock.example", "b@dock.example"]


def test_json_of_another_kind_is_no_mail_that_names_recipients() -> None:
    """A notice's words within it are somebody's data, not a server's."""
    other = {"kept": {**EVENT, "subject": "failure notice", "said": "<ann@dock.example>: 550 5.1.1 user unknown"}}
    assert [one["bounce"] for one in records(json.dumps(other, indent=1).encode(), file="a")] == [False]


def test_a_pasted_text_may_be_an_event_the_fields_of_a_report_or_a_whole_mail() -> None:
    """Each tells more than an error text: to whom, and when."""
    fields = "Final-Recipient: rfc822; a@dock.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n"
    mail = "From: MAILER-DAEMON@dock.example\nSubject: Undelivered Mail\n\nfailed permanently:\n\n<a@dock.example>: 550 no\n"
    for text in (json.dumps(EVENT), f"Reporting-MTA: dns; mx.dock.example\n\n{fields}", mail):
        told = list(records_of_text(text, file="--text"))
        assert (told[0]["recipient"], told[0]["bounce"]) == ("a@dock.example", True)


@pytest.mark.parametrize(
    "text", ["550 5.1.1 <a@dock.example> user unknown", "{", "unable to deliver to\na@dock.example"]
)
def test_any_other_text_is_an_error_text(text: str) -> None:
    """One object, whatever it says."""
    (told,) = records_of_text(text, file="--text")
    assert (told["dialect"], told["file"], told["diagnostic"]) == ("text", "--text", " ".join(text.split()))


@pytest.mark.parametrize(
    ("text", "recipient"),
    [
        ("550 5.1.1 <Ann@Harbor.example>: Recipient address rejected: User unknown", "Ann@harbor.example"),
        ("552 5.2.2 ann@harbor.example: mailbox full", "ann@harbor.example"),
        ("550 5.1.8 <bob@sailing.example>: Sender address rejected: Domain not found", None),
        ("554 Message rejected: Email address is not verified: bob@sailing.example", None),
        ("550 5.1.1 ann@harbor.example unknown, tried for bob@sailing.example", None),
        ("550 5.1.1 user unknown", None),
    ],
)
def test_a_pasted_text_names_the_recipient_where_only_they_can_be_meant(text: str, recipient: str | None) -> None:
    """A mailbox's own fault and a single address; what is said of a sender names none, and of two nobody knows which."""
    (told,) = records_of_text(text, file="--text")
    assert told["recipient"] == recipient


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be"])
def test_a_file_that_a_shell_wrote_in_utf_16_is_read_all_the_same(codec: str) -> None:
    """PowerShell's ``>`` writes so, the events that ``aws`` prints and mails alike; the byte order mark tells."""
    mark = "" if codec == "utf-16" else "\ufeff"
    mail = "From: MAILER-DAEMON@dock.example\r\nSubject: Undelivered Mail\r\n\r\nfailed:\r\n\r\n<a@dock.example>: 550 no\r\n"
    for text in (json.dumps(EVENT), mail):
        as_it_is = list(records(text.encode(), file="a"))
        assert as_it_is[0]["recipient"] == "a@dock.example"
        assert list(records((mark + text).encode(codec), file="a")) == as_it_is


def test_a_mark_before_what_is_no_utf_16_loses_no_run() -> None:
    """Half a character at the end, half of a pair."""
    assert [one["bounce"] for one in records(b"\xff\xfeF\x00\xd8\xd8x", file="a")] == [False]
