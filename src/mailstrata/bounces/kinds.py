"""What a mail is that looks like a bounce and is none.

    kind_of(notice)     # Kind.AUTO_REPLY

Out-of-office answers, read receipts (RFC 8098), complaints (RFC 5965) and challenges come from nobody, too, and some have a
delivery-status. A mail that reports a failure in its own delivery-status is a bounce whatever else it looks like, but for
challenges: their sender holds the mail until somebody answers.
"""

from __future__ import annotations

import re
from enum import StrEnum

from mailstrata.bounces.notice import Notice
from mailstrata.bounces.signs import SENDERS
from mailstrata.formats.arf import REPORT_TYPE, report_of

DISPOSITIONS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})  # RFC 6533 4
_CHALLENGES = (
    "pre-approved",
    "guest list",
    "waitlisted",
    "challenge-response",
    "challenge/response",
    "allowed list",
    "whitelist",
    "white list",
    "approved senders list",
    "verify that you are",
    "verification link",
    "confirm that you are",
    "confirm your message",
    "confirm your email",
    "prove that you are human",
    "spamarrest",
    "tmda",
)
_PROOFS = re.compile(r"requires? confirmation|not pre-approved|confirm (?:that you are|this message)")
_INVITES = ("click", "reply to this", "confirm", "verify", "add yourself", "follow instructions", "visit")
_REPORT = REPORT_TYPE.encode()
_ALONE = frozenset({"text/plain", "text/html"})
"""What has no parts to look through."""
_COMPLAINT = re.compile(rb"(?:notification|event)Type\W{1,8}Complaint\W")  # facts.md B7
_AUTO_SUBJECT = re.compile(
    r"\s*\[?(?:auto(?:matic|mated|matische)?[- ]?(?:reply|response|antwort|:)|out of (?:the )?office|on vacation|vacation"
    r"|away from|abwesen|réponse automatique|respuesta autom|risposta automatica|resposta autom|automatisch antwoord"
    r"|autosvar|autoreply|ooo\b|absen(?:ce|t)\b|absence du bureau|message d'absence|fuera de (?:la )?oficina|ausencia"
    r"|fuori (?:sede|ufficio)|assenza|ausência|fora do escritório|afwezig|frånvar|automati(?:skt|sk) svar|fravær|poissaolo"
    r"|automaattinen vastaus|automatyczna odpowied|poza biurem|nieobecno|automatická odpov|mimo kancelář|automatikus válasz"
    r"|automatski odgovor|samodejni odgovor|automaatvastus|automātiska atbilde|automatinis atsakymas|erantzun automatiko"
    r"|автоматичен отговор|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|thư trả lời tự động|balasan otomatis|स्वचालित (?:उत्तर|प्रत्युत्तर)"
    r"|răspuns automat|otomatik yan.t|ofis d.ş.nda|αυτόματη απάντηση|автоответ|автоматический ответ|отсутств|вне офиса"
    r"|автоматична відповідь|תשובה אוטומטית|رد تلقائي|自動返信|自動応答|不在"
    r"|自动(?:回复|答复)|自動(?:回覆|答覆)|자동 (?:회신|응답)|부재)"
)
"""How mail programs begin the subject of an automatic answer, in the languages of Outlook and Thunderbird."""


class Kind(StrEnum):
    """What a mail is."""

    BOUNCE = "bounce"
    DELIVERY_REPORT = "delivery-report"
    """A success notice: delivered, relayed or expanded (RFC 3464 2.3.3)."""
    FEEDBACK = "feedback"
    READ_RECEIPT = "read-receipt"
    AUTO_REPLY = "auto-reply"
    CHALLENGE = "challenge"
    OTHER = "other"


def kind_of(notice: Notice) -> Kind | None:
    """What the mail is, besides a bounce; ``None`` when none of these."""
    if _is_feedback(notice):
        return Kind.FEEDBACK
    if _is_receipt(notice):
        return Kind.READ_RECEIPT
    return Kind.AUTO_REPLY if _is_auto_reply(notice) else None


def is_challenge(notice: Notice) -> bool:
    """Whether the notice asks the sender to prove that they are one."""
    lower = notice.lower
    return any(map(lower.__contains__, _INVITES)) and any(map(lower.__contains__, _CHALLENGES))


def asks_for_proof(diagnostic: str) -> bool:
    """Whether a server's refusal is such a challenge: it would take the mail once somebody has confirmed it."""
    said = diagnostic.lower()
    if "confirm" not in said and "approved" not in said:
        return False
    return _PROOFS.search(said) is not None and any(map(said.__contains__, _INVITES))


def _is_feedback(notice: Notice) -> bool:
    mail = notice.mail
    if mail.parameter("report-type").lower() == "feedback-report":
        return True
    hinted = mail.type not in _ALONE and (_REPORT in mail.raw or b"HmXmrOriginalRecipient" in mail.raw)
    if hinted and report_of(mail) is not None:
        return True
    if b"omplaint" in mail.raw and _COMPLAINT.search(mail.raw):
        return True
    return notice.subject.strip() == "unsubscribe" and mail.has("auto-submitted")  # RFC 2369 3.2, as Apple Mail does


def _is_receipt(notice: Notice) -> bool:
    mail = notice.mail
    if mail.parameter("report-type").lower() == "disposition-notification":
        return True
    if mail.type in _ALONE or b"disposition-notification" not in mail.raw:
        return False
    return any(part.type in DISPOSITIONS for part in mail.walk())


def _is_auto_reply(notice: Notice) -> bool:
    mail = notice.mail
    if _AUTO_SUBJECT.match(notice.subject):
        return True
    is_marked = mail.mentions("\nx-auto")
    if is_marked and (mail.has("x-autoreply") or mail.has("x-autorespond")):
        return True
    if mail.mentions("auto_reply") and "auto_reply" in mail.get("precedence").lower():
        return True
    automatic = mail.get("auto-submitted").lower().startswith("auto-replied") or (
        is_marked and mail.has("x-auto-response-suppress")
    )  # RFC 3834 5; MS-OXCMAIL
    return automatic and not mail.has("x-failed-recipients") and not any(name in notice.sender for name in SENDERS)
