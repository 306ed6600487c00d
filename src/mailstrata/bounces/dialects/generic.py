"""The last reader: a notice of a server that nobody described, read by what all of them have in common.

    Undeliverable Address: ann@harbor.example
    Reason: the recipient is over disk quota.

It believes a mail only when its headers are a server's and its words speak of a failure, and then takes an address for
the failed one where servers put it: alone on a line, at the head of a line that tells of it, or behind a word such as
"recipient". Where none is named, the returned mail tells to whom it went. A sentence is believed of a sender that calls
itself a mail server only; people and parcel services write such sentences, too. A mail that only comes from nobody, as
automatic answers of people do, must have a reply in it. What is quoted (``>``) is somebody else's. The notice's own reader,
its writer and its helpdesk are never the failed recipient. It finds less than a dialect would, and says so by its name.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailstrata.bounces.answer import LIMIT, answer_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import ADDRESS, bounces
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import canonical, mailboxes
from mailstrata.bounces.signs import SUBJECTS, is_signed, may_be_a_notice, names_itself_a_server, speaks_of_failure

DIALECT = "generic"
CANDIDATE_LIMIT = 100
BLOCK_LIMIT = 20_000

_EASTERN = r"(?:\u6536\u4ef6\u4eba|\u6536\u4ef6\u8005|\u6536\u4fe1\u4eba|\u5b9b\u5148|\u53d7\u4fe1\u8005)(?::|\uff1a)[ \t]{0,4}"
"""收件人, 收件者, 收信人, 宛先, 受信者: the recipient, as a label in Chinese and Japanese."""
_LISTED = re.compile(
    rf"\n[ \t*\u2022\"'<|-]{{0,40}}(?:{_EASTERN})?(?:\[?smtp:|mailto:)?{ADDRESS}"
    r"[>\"'\])]{0,3}[ \t]*(?=[:;\n,(\[<.-]|\Z|on \w|=|is )"
)
"""This and the next are for words in lower case: to compare without regard to case takes three times as long."""
_LABEL = (
    r"\n[ \t*-]*(?:(?:the|your|failed|undeliverable|intended|original|final|invalid|bad|unknown|rejected|smtp"
    r"|e-?mail|mail)[ \t]+){0,3}"
    r"(?:recipients?|receiver|address|addressee|addressed|users?|userid|mailbox|account|delivered|delivery|error-for|rcpt)"
    r"(?:\(s\)|\(es\))?(?:[ \t]+[a-z]+){0,3}[ \t]{0,8}(?:\(s\)|\(es\))?[ \t]{0,8}[:;]\s{0,4}"
)
_COLON = (
    r"(?:unknown user|receiver address|is full|allowed size|attempts|no such user|userid|invalid recipient|mailbox|quota)"
    r":[ \t]{0,4}"
)
_SENTENCE = (
    r"(?<![\w-])(?:recipient|address|addressed|user(?:id)?|mailbox|deliver(?:ed)?|delivering|sent|destined|intended|account"
    r"|message|mail|rcpt|reach|contact|reached|attempts|size|unknown user|is full|for|to)"
    r"[ \t]{0,8},?(?:[ \t\n]{1,8}(?:to|for|is|was|by|of|on|recipient|user)){0,2},?\s{1,4}"
)
"""Every run of spaces is bounded: a run that may be split between two of them costs its square."""
_LABELLED = re.compile(rf"(?:{_LABEL}|{_COLON}|{_SENTENCE})(?:\[?smtp:)?[\"'<(]{{0,2}}(?<![\w.@-]){ADDRESS}")
_HEADER_LINE = re.compile(
    r"(?:from|sender|reply-to|cc|return-path|mail from|original sender|by|contact|postmaster)\b[^\n@]{0,40}\Z",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"\b(?:almost|nearly|close to) full|\bquota (?:warning|notification|alert)|\bstorage (?:warning|alert)|\brecall\b"
    r"|\bquarantine|\b(?:daily|weekly|spam) (?:digest|report|summary)|\bawaits? moderat|\bmessage approval",
    re.IGNORECASE,
)
"""What else a server writes of itself to its users, with addresses in it: of their room, of what it holds for them."""
_STAFF = frozenset(
    {"postmaster", "mailer-daemon", "abuse", "support", "helpdesk", "webmaster", "hostmaster", "noc", "admin"}
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """What a notice in no known dialect tells; ``None`` when it does not look like a notice."""
    if standard or not may_be_a_notice(notice) or not (speaks_of_failure(notice) or SUBJECTS.search(notice.subject)):
        return None
    words = notice.words[:BLOCK_LIMIT]
    found = _candidates(notice, words, _LISTED)
    if not found and names_itself_a_server(notice):
        found = _candidates(notice, words, _LABELLED)
        if not found:
            return _of_the_only_recipient(notice, words)
    ends = [match.start() for match in found[1:]] + [len(words)]
    told = [
        (_address(words, match), answer_in(words[words.rfind("\n", 0, match.start("addr")) + 1 : end]))
        for match, end in zip(found, ends, strict=False)
    ]
    names_a_failure = SUBJECTS.search(notice.subject) is not None
    doubtful = not is_signed(notice) or (not names_a_failure and _HOUSEKEEPING.search(notice.subject) is not None)
    if doubtful and all(answer.reply is None for _, answer in told):
        return None
    if len(told) == 1 and not told[0][1].context:
        told = [(told[0][0], replace(told[0][1], context=" ".join(words[: 2 * LIMIT].split())[:LIMIT]))]
    return bounces(notice, told, dialect=DIALECT) or None


def _of_the_only_recipient(notice: Notice, words: str) -> tuple[Bounce, ...] | None:
    """A failure without an address, in a notice that returns a mail to one recipient; a report as text has its own reader."""
    answer, written = answer_in(words), notice.original.recipients
    if len(written) != 1 or b"delivery-status" in notice.mail.raw:
        return None
    if answer.reply is None and not _comes_back_to_its_author(notice):
        return None
    return bounces(notice, [(written[0], answer)], dialect=DIALECT) or None


def _comes_back_to_its_author(notice: Notice) -> bool:
    """Whether a server that calls itself one sends the mail to whom it was from: then words without a reply are enough."""
    return is_signed(notice) and notice.original.sender in mailboxes(notice.mail.get("to"))


def _candidates(notice: Notice, words: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    others = {each.lower() for name in ("from", "to") for each in mailboxes(notice.mail.get(name))}
    kept: list[re.Match[str]] = []
    for match in pattern.finditer(notice.lower, 0, len(words)):
        name = canonical(_address(words, match).rstrip(".")).lower()
        line_start = words.rfind("\n", 0, match.start("addr")) + 1
        if (
            name
            and name not in others
            and name.partition("@")[0] not in _STAFF
            and not _HEADER_LINE.match(words[line_start : match.start("addr")].strip())
        ):
            kept.append(match)
        if len(kept) >= CANDIDATE_LIMIT:
            break
    return kept


def _address(words: str, match: re.Match[str]) -> str:
    """The address as it is written; it was found in lower case."""
    return words[match.start("addr") : match.end("addr")]
