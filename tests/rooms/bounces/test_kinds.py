from __future__ import annotations

import pytest

from mailstrata.bounces.kinds import Kind, asks_for_proof
from mailstrata.bounces.read import reading

FAILED = b"Final-Recipient: rfc822; ann@harbor.example\nAction: %s\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n"
ANSWER = b"From: bob@quay.example\nSubject: Re: failure notice\nIn-Reply-To: <x@y.example>\n\n"
REPORT = b"From: a@harbor.example\nContent-Type: multipart/report; report-type=%s; boundary=b\n\n--b\n\nwords\n--b\n"


def kind(raw: bytes) -> Kind:
    """What a mail is."""
    return reading(raw).kind


def report(media: bytes, body: bytes, *, report_type: bytes = b"delivery-status") -> bytes:
    """A report with one part of machine words."""
    return REPORT % report_type + b"Content-Type: " + media + b"\n\n" + body + b"\n--b--\n"


@pytest.mark.parametrize("action", [b"failed", b"delayed", b"Failure", b"undeliverable"])
def test_a_failed_or_delayed_recipient_makes_a_bounce(action: bytes) -> None:
    """Whatever the spelling of the action."""
    assert kind(report(b"message/delivery-status", FAILED % action)) is Kind.BOUNCE


@pytest.mark.parametrize("action", [b"delivered", b"relayed", b"expanded", b"deliverable"])
def test_a_success_notice_is_a_delivery_report(action: bytes) -> None:
    """RFC 3464 2.3.3: the mail went on; Postfix's address probe says deliverable."""
    assert kind(report(b"message/delivery-status", FAILED % action)) is Kind.DELIVERY_REPORT


def test_a_complaint_is_feedback() -> None:
    """RFC 5965; and Microsoft's form of it, which has no report."""
    arf = report(b"message/feedback-report", b"Feedback-Type: abuse\n", report_type=b"feedback-report")
    bare = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        b"X-HmXmrOriginalRecipient: ann@harbor.example\n\nhi\n--b--\n"
    )
    assert (kind(arf), kind(bare)) == (Kind.FEEDBACK, Kind.FEEDBACK)


def test_ses_tells_a_complaint_by_mail() -> None:
    """facts.md B7: the notification of a topic with a mail address."""
    assert kind(b'From: no-reply@sns.amazonaws.com\n\n{"notificationType":"Complaint","complaint":{}}') is Kind.FEEDBACK


def test_a_read_receipt_is_none_even_when_it_says_deleted() -> None:
    """RFC 8098 3.2.6: deleted without being read is the reader's business."""
    body = b"Final-Recipient: rfc822; ann@harbor.example\nDisposition: manual-action/MDN-sent-manually; deleted\n"
    mail = report(b"message/disposition-notification", body, report_type=b"disposition-notification")
    assert kind(mail) is Kind.READ_RECEIPT


@pytest.mark.parametrize(
    "headers",
    [
        b"Subject: Automatic reply: Quote",
        b"Subject: Out of Office: Quote",
        b"Subject: Quote\nAuto-Submitted: auto-replied",
        b"Subject: Quote\nX-Autoreply: yes",
        b"Subject: Abwesenheitsnotiz",
    ],
)
def test_an_automatic_answer_is_no_bounce(headers: bytes) -> None:
    """RFC 3834; also where its text would be read as a failure."""
    words = b"\n\nI am away. Mail to bob@harbor.example could not be delivered to me.\n"
    assert kind(b"Return-Path: <>\nFrom: ann@harbor.example\n" + headers + words) is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "[Auto-Reply] Quote",
        "Automatická odpoveď: Quote",
        "Automatski odgovor: Quote",
        "Samodejni odgovor: Quote",
        "Automaatvastus: Quote",
        "Automātiska atbilde: Quote",
        "Automatinis atsakymas: Quote",
        "Erantzun automatikoa: Quote",
        "Автоматичен отговор: Quote",
        "ตอบกลับอัตโนมัติ: Quote",
        "Thư trả lời tự động: Quote",
        "Balasan otomatis: Quote",
        "स्वचालित उत्तर: Quote",
    ],
)
def test_the_subject_alone_tells_of_an_automatic_answer(subject: str) -> None:
    """As Outlook begins it in the language of whoever is away; older servers write no header of RFC 3834."""
    mail = f"Return-Path: <>\nFrom: ann@harbor.example\nSubject: {subject}\n\nI am away.\n"
    assert kind(mail.encode()) is Kind.AUTO_REPLY


def test_a_server_that_marks_its_notice_as_automatic_still_bounces() -> None:
    """Exim, Gmail and MailEnable all write Auto-Submitted: auto-replied."""
    mail = (
        b"From: Mail Delivery System <MAILER-DAEMON@dock.example>\nAuto-Submitted: auto-replied\nSubject: Undelivered\n\n"
        b"could not be delivered:\n\n<ann@harbor.example>: 550 no\n"
    )
    assert kind(mail) is Kind.BOUNCE


def test_a_challenge_is_no_bounce() -> None:
    """The mail waits until its sender proves that they are one."""
    words = b"Your message is waitlisted. Click below to be added to my guest list.\n"
    text = REPORT.replace(b"words", words) % b"delivery-status" + b"Content-Type: message/delivery-status\n\n"
    body = b"Final-Recipient: rfc822; ann@harbor.example\nAction: failed\nDiagnostic-Code: X-Notice; not pre-approved\n"
    assert kind(text + body + b"--b--\n") is Kind.CHALLENGE
    assert asks_for_proof("550 Your server requires confirmation. Visit https://harbor.example/ to confirm")
    assert not asks_for_proof("550 blocked, to be removed from the list visit https://harbor.example/")


@pytest.mark.parametrize(
    "mail",
    [
        ANSWER + b"My mail to ann@harbor.example could not be delivered.\n",
        ANSWER + b"> <ann@harbor.example>:\n> 550 no such user\n",
        ANSWER + b"qmail-send program says\n\n<ann@harbor.example>:\n550 no\n",
        b"From: News <news@quay.example>\nSubject: Delivery status of your order\n\nWas delivered to ann@harbor.example.\n",
        b"From: Parcels <info@quay.example>\nSubject: Delivery failed\n\nWe were unable to deliver. Mail ann@harbor.example\n",
        b"From: Mail Delivery System <info@quay.example>\nTo: bob@sailing.example\nSubject: Undelivered mail\n\n"
        b"5 undelivered messages for bob@sailing.example. Click https://quay.example/ to release them.\n",
        b"From: bob@quay.example\nSubject: Quote\n\nFinal-Recipient: rfc822; ann@harbor.example\nAction: failed\n",
    ],
)
def test_what_people_shops_and_spammers_write_is_no_bounce(mail: bytes) -> None:
    """Words of a failure without a server's headers, quoted words, and the reader's own address prove nothing."""
    assert reading(mail).bounces == ()
