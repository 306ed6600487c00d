"""The standard form of a bounce: a part of type message/delivery-status (RFC 3464; RFC 6533 for addresses in UTF-8).

    Reporting-MTA: dsn; a8-50.smtp-out.amazonses.com        <- about the message

    Final-Recipient: rfc822; ann@harbor.example             <- about each recipient, groups parted by blank lines
    Action: failed
    Status: 5.1.1
    Diagnostic-Code: smtp; 550 5.1.1 user unknown

The order of fields is free (SES puts Action first, facts.md B7). A group that names no recipient says nothing, so Gmail's
empty delivery-status gives no bounce here: that is for the dialect. Where the fields stand in the text itself, because the
parts were lost on the way, they are read there; where they hold no reply, the text beside them may.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailstrata.bounces.answer import Answer, answer_in, enhanced_in, reply_in
from mailstrata.bounces.bounce import Bounce, bounce_of
from mailstrata.bounces.form import ANGLED, BARE
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import canonical, moment
from mailstrata.bounces.provider import provider_of
from mailstrata.bounces.signs import may_be_a_notice
from mailstrata.formats.dsn import TEXT_LIMIT, Fields, action, address, groups, value
from mailstrata.model.reply import Reply

DIALECT = "rfc3464"
RECIPIENT_LIMIT = 500

_STATUS = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9])")
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 6533 4
_HEADING = re.compile(r"\n\n[A-Z][^\n]{8,78}\.\n{1,3}\Z")
"""A sentence alone on the line above the recipient's own lines."""
_INLINE = re.compile(r"\n(?=(?:reporting-mta|final-recipient|original-recipient|action):)")


def read(notice: Notice) -> tuple[Bounce, ...]:
    """What the mail's own delivery-status says, one Bounce a recipient; empty when it has none."""
    found: list[Fields] = []
    room = TEXT_LIMIT  # for all such parts together: a mail may have a thousand
    for part in notice.mail.walk():
        if part.type in _STATUS_PARTS and room:
            text = part.beginning(room)
            found += groups(text)
            room -= len(text)
    told = [group for group in found if _field(group)]
    if not told and may_be_a_notice(notice):
        found = _in_the_text(notice)
        told = [group for group in found if _field(group)]
    if not told:
        return ()
    about_all = next((group for group in found if "reporting-mta" in group), found[0]) if len(found) > 1 else found[0]
    named = [(_recipient(notice, group), group) for group in told[:RECIPIENT_LIMIT]]
    defaults = _defaults(about_all)
    return tuple([_bounce(notice, recipient, {**defaults, **group}) for recipient, group in _folded(named)])


def _folded(named: list[tuple[str, Fields]]) -> list[tuple[str, Fields]]:
    """Each recipient once; a group told twice, as some gateways do, is one."""
    if len(named) == 1:
        return named
    known: dict[tuple[str, str], Fields] = {}
    for recipient, group in named:
        known.setdefault((recipient, _action(group)), group)
    return [(recipient, group) for (recipient, _), group in known.items()]


def _defaults(about_all: Fields) -> Fields:
    """Fields of a recipient that some servers write about all of them."""
    return {name: about_all[name] for name in ("reporting-mta", "remote-mta", "action", "status") if name in about_all}


def _in_the_text(notice: Notice) -> list[Fields]:
    lower = notice.lower
    if "final-recipient:" not in lower and "original-recipient:" not in lower:
        return []
    start = _INLINE.search(lower)
    return groups(notice.words[start.end() :]) if start else []


def _bounce(notice: Notice, recipient: str, group: Fields) -> Bounce:
    diagnostic = " ".join(value(group.get("diagnostic-code", ""))[:2000].split())
    reporting, remote = _host(group.get("reporting-mta", "")), _host(group.get("remote-mta", ""))
    reply = _reply(group.get("diagnostic-code", ""), diagnostic)
    said = answer_about(notice, recipient) if reply is None else None
    written = address(group.get("original-recipient", ""))
    original_recipient = canonical(written) or written[:320]
    original = notice.original
    return bounce_of(
        recipient=recipient,
        original_recipient=original_recipient if original_recipient != recipient else "",
        action=_action(group),
        status=_status(group.get("status", "")) or (said.status if said else enhanced_in(diagnostic)),
        reply=said.reply if said else reply,
        diagnostic=diagnostic or (said.diagnostic if said else ""),
        context=said.diagnostic if said and said.reply and diagnostic else "",
        dialect=DIALECT,
        reporting_mta=reporting,
        remote_mta=remote or (said.remote_mta if said else ""),
        at=moment(group.get("last-attempt-date", "")) or moment(notice.mail.get("date")),
        will_retry_until=moment(group["will-retry-until"]) if "will-retry-until" in group else None,
        final_log_id=value(group["final-log-id"])[:200] if "final-log-id" in group else "",
        message_id=original.message_id,
        x_gmail_original_message_id=original.x_gmail_original_message_id,
        subject=original.subject,
        sender=original.sender,
        provider=provider_of(remote, diagnostic, reporting),
        via=original.via,
    )


def _reply(field: str, diagnostic: str) -> Reply | None:
    """The reply in a diagnostic; a number of another kind, such as a program's exit status, is none (RFC 3464 2.3.6)."""
    reply = reply_in(diagnostic)
    is_smtp = field.lstrip()[:4].lower() == "smtp"
    return reply if reply is None or reply.code >= 400 or is_smtp else None


def answer_about(notice: Notice, recipient: str) -> Answer:
    """What the notice's words say of a recipient: the first place that names it and has a reply."""
    words, lower, wanted = notice.words, notice.lower, recipient.lower()
    first: Answer | None = None
    at = notice.place_of(recipient)
    for _ in range(10):
        if at < 0:
            break
        start, end = lower.rfind("\n", 0, at) + 1, lower.find("\n\n", at)
        end = end if end >= 0 else len(words)
        answer = answer_in(words[start:end])
        if answer.reply is not None:
            return answer
        if first is None:
            other = BARE.search(words, at + len(wanted), end)  # the next one of a list: what follows it is said of that
            said = words[at + len(wanted) : other.start() if other else end]
            first = answer_in(said.lstrip(">:.,;\"' \n"))
        at = lower.find(wanted, at + len(wanted))
    whole = notice.answer
    return whole if whole.reply is not None or not first or not first.diagnostic else first


def context_of(notice: Notice, bounce: Bounce) -> str:
    """The context of a bounce that `read` gave: what the notice answers in other words, and its words of the recipient."""
    return "\n".join(filter(None, (bounce.context, words_about(notice, bounce.recipient))))


def words_about(notice: Notice, recipient: str) -> str:
    """The notice's own words of a recipient, and sendmail's record of the conversation: they tell when it was refused."""
    words, lower = notice.words, notice.lower
    at = notice.place_of(recipient)
    if at < 0:
        return notice.transcript.strip()
    start, end = lower.rfind("\n\n", 0, at) + 1, lower.find("\n\n", at)
    heading = _HEADING.search(words, max(start - 120, 0), start + 1)
    start = heading.start() if heading else start
    block = words[max(start, at - 400, 0) : end if end >= 0 else None][:800]
    return f"{block}\n{notice.transcript}".strip() if notice.transcript else block


def _host(field: str) -> str:
    """The name of a server without its type and comment: ``dns; mx.example (192.0.2.1)`` is ``mx.example``."""
    words = value(field).split() if field else ()
    return words[0].lower().rstrip(".").strip("<>")[:255] if words else ""


def _field(group: Fields) -> str:
    return group.get("final-recipient", "") or group.get("original-recipient", "")


def _recipient(notice: Notice, group: Fields) -> str:
    """Final-Recipient, which a group must have (RFC 3464 2.3.2), when the internet can deliver to it; else the original one.

    A name inside somebody's own system (X.400, one label) is not what the sender wrote to; the notice's words may tell.
    """
    final = address(group.get("final-recipient", ""))
    known = canonical(final)
    if known and "." in known.rpartition("@")[2]:
        return known
    original = address(group.get("original-recipient", ""))
    if canonical(original):
        return canonical(original)
    if "@" in final and not known:
        told = _listed(notice.words)
        return final[:320] if told is None else told
    return known or final[:320] or original[:320]


@lru_cache(maxsize=1)
def _listed(words: str) -> str | None:
    """The address that stands first on a line of its own in the notice's words; all recipients of a notice ask for it."""
    line = ANGLED.search(words) or BARE.search(words)
    return canonical(line["addr"]) if line else None


def _action(group: Fields) -> str:
    """The action; by the class of the status when the field is missing or no action (RFC 3463 2)."""
    given = action(group.get("action", ""))
    return given or {"2": "delivered", "4": "delayed"}.get(_status(group.get("status", ""))[:1], "failed")


def _status(field: str) -> str:
    match = _STATUS.match(field)
    return match[1] if match else ""
