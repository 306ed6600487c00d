"""Signs by which a mail server's notice is known from what people write.

    may_be_a_notice(notice)         # by its headers: MAILER-DAEMON, an empty return path, a report
    speaks_of_failure(notice)       # by its words, in the languages that servers write in

One sign alone proves nothing: spam calls itself MAILER-DAEMON, people quote bounces. A dialect asks for signs of its own; the
generic reader asks for both of these.
"""

from __future__ import annotations

import re

from mailstrata.bounces.notice import Notice

SENDERS = (
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "mdaemon",
    "mail delivery",
    "delivery subsystem",
    "delivery system",
    "postmaster",
    "post_master",
    "system administrator",
    "ndr@",
    "bounce@",
    "mail.delivery",
    "maildelivery",
    "mailsystem",
    "mail system",
    "noreply-dmarc",
    "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@",  # the sender of every Exchange organisation's own notices
)
SUBJECTS = re.compile(
    r"undeliver|non[- ]?deliver|not (?:be )?deliver|deliver[a-z]* (?:status|fail|problem|report|error|notif|has)"
    r"|returned (?:mail|e-?mail|to)|return(?:ed)? mail|failure notice|fail(?:ed|ure)? (?:notice|mail|deliver)"
    r"|mail (?:deliver|fail|error|system error|status)|message (?:deliver|status)|mail failed|email delivery|delayed"
    r"|warning: (?:could not|message)|error sending|unzustellbar|non remis|mailer-daemon|onbestelbaar|no se pudo"
    r"|non recapit|n[aã]o entregue|could not be delivered|delivery (?:is|was) delayed|bounce"
)
_LIST = r"\s*(?:\[[^\]\n]{1,60}\]\s*)?"
_ANSWERS = re.compile(_LIST + r"[^\W\d_]{1,5}(?:\[\d{1,3}\])?\s?[:\uff1a]")
"""How the subject of an answer begins in any language, behind the name of a mailing list: Re, Aw, Antw, Odp, 回复."""
_PASSED_ON = re.compile(_LIST + r"(?:fwd?|wg|tr|rv|vl|vb|enc|pd|doorst|转发|轉寄)(?:\[\d{1,3}\])?\s?[:\uff1a]")
"""How the subject of a mail begins that somebody passes on."""
_QUOTED = re.compile(
    r"\n[ \t]*(?:-{2,}[ \t]*forwarded message\b|begin forwarded message:|_{20,}\nfrom: |-{2,} ?weitergeleitete nachricht"
    r"|(?:from|von|de|da|van): [^\n]{1,200}\n(?:sent|gesendet|envoyé|enviado|inviato|verzonden|date|datum|fecha|data): )"
)
"""What mail programs write above a mail that is passed on in the text."""
_WRITTEN_WITH = ("user-agent", "thread-index", "x-ms-has-attach", "list-unsubscribe")
"""Headers that the mail programs of people and newsletters write; a server that writes them, too, has a server's name."""
FAILURES = (
    "not be delivered",
    "n't be delivered",
    "cannot be delivered",
    "unable to deliver",
    "able to deliver",
    "not deliver",
    "undeliver",
    "not delivered",
    "n't reach",
    "not reach",
    "non-delivery",
    "delivery fail",
    "delivery has failed",
    "deliver fail",
    "delivery to the following",
    "delevery to the following",
    "failed to deliver",
    "failed permanently",
    "delivery problem",
    "delivery error",
    "trouble delivering",
    "error delivering",
    "not been delivered",
    "has been delayed",
    "fatal error",
    "permanent error",
    "permanent failure",
    "user unknown",
    "unknown user",
    "mailbox is full",
    "mailbox full",
    "not be sent",
    "did not receive this message",
    "was rejected",
    "returned to sender",
    "delivery status notification",
    "delivery errors",
    "transcript of session",
    "attempting to deliver",
    "trying to deliver",
    "does not exist",
    "no such user",
    "quota",
    "undelivered",
    "nicht zugestellt",
    "unzustellbar",
    "pas pu etre",
    "pas pu être",
    "pas été remis",
    "no se pudo entregar",
    "no se ha podido entregar",
    "non è stato possibile",
    "impossibile recapitare",
    "não pôde ser entregue",
    "не может быть доставлено",
    "не было доставлено",
    "送信できません",
    "配信できません",
    "无法送达",
    "退信",
)


def has_null_return_path(notice: Notice) -> bool:
    """A notice is sent from nobody, so that no notice answers it (RFC 5321 4.5.5)."""
    path = notice.mail.get("return-path")
    return notice.mail.has("return-path") and (path in {"<>", "", "< >"} or "mailer-daemon" in path.lower())


def may_be_a_notice(notice: Notice) -> bool:
    """Whether a server wrote it, and nobody answers or passes on what a server wrote."""
    return names_itself_a_server(notice) or (
        SUBJECTS.search(notice.subject) is not None and not _is_by_a_person(notice)
    )


def _is_by_a_person(notice: Notice) -> bool:
    mail, subject = notice.mail, notice.subject
    if _PASSED_ON.match(subject) or any(map(mail.has, _WRITTEN_WITH)) or _QUOTED.search(notice.lower):
        return True
    if mail.get("message-id").endswith("@mail.gmail.com>"):  # Gmail's own composer
        return True
    return _ANSWERS.match(subject) is not None and (mail.has("in-reply-to") or mail.has("references"))


def names_itself_a_server(notice: Notice) -> bool:
    """Whether more than the subject, which people and shops write as well, tells of a mail server."""
    mail = notice.mail
    return (
        any(map(notice.sender.__contains__, SENDERS))
        or mail.has("x-failed-recipients")
        or has_null_return_path(notice)
        or notice.sender.strip() in {"", "<>"}
        or mail.parameter("report-type").lower() == "delivery-status"
    )


def is_signed(notice: Notice) -> bool:
    """Whether the sender's name or a header of bounces tells of a mail server, not only a return path of nobody."""
    mail = notice.mail
    return (
        any(name in notice.sender for name in SENDERS)
        or mail.has("x-failed-recipients")
        or SUBJECTS.search(notice.subject) is not None
        or mail.parameter("report-type").lower() == "delivery-status"
    )


def speaks_of_failure(notice: Notice) -> bool:
    """Whether the words say that a mail did not arrive."""
    lower = notice.lower
    return any(map(lower.__contains__, FAILURES))
