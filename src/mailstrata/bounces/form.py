r"""A dialect as data: how to know it, where its list of recipients is, and what a line of that list looks like.

    FORM = Form(name="opensmtpd", opening=("this is the mailer-daemon, please do not reply",),
                start=("the following list of recipients:",), line=ADDRESS_COLON)
    read = reader(FORM)

Most mail servers differ in nothing else, so most dialects are such a form and a few lines of what their words look like.
Whatever stands between two recipients is what the server says about the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailstrata.bounces.answer import NOTHING, Answer, answer_in
from mailstrata.bounces.bounce import Bounce, bounce_of
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.original import canonical, moment
from mailstrata.bounces.provider import provider_of
from mailstrata.bounces.signs import may_be_a_notice

RECIPIENT_LIMIT = 500
BLOCK_LIMIT = 60_000

ADDRESS = (
    r"(?P<addr>(?>\"[^\s\"@]{1,62}\"|[^\s<>\"'(),;:@\[\]|]{1,64})@"
    r"(?>[^\s<>\"'(),;:@\[\]|]{1,253}))"
)
"""What looks like a mail address in running text."""

BARE = re.compile(rf"\n[ \t]*<?{ADDRESS}>?[ \t]*(?=\n|\Z)")
"""A line that is an address and nothing else."""
ANGLED = re.compile(rf"\n[ \t]*<{ADDRESS}>")
"""A line that begins with an address in angle brackets."""
LEADING = re.compile(rf"\n[ \t>*-]{{0,40}}\"?<?{ADDRESS}[>\":]{{0,3}}(?=[\s(\[]|\Z)")
"""A line that begins with an address, bare or quoted, whatever follows."""

Reader = Callable[[Notice, tuple[Bounce, ...]], tuple[Bounce, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One dialect. Of each group of signs that is given at least one must be there; all texts are in lower case."""

    name: str
    sender: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    header: tuple[tuple[str, str], ...] = ()
    """Names of headers and what one of them must contain."""
    opening: tuple[str, ...] = ()
    """Phrases of which the words have one."""
    start: tuple[str, ...] = ()
    """Phrases behind which the recipients stand; where none is given they may stand anywhere."""
    end: tuple[str, ...] = ()
    line: re.Pattern[str] = LEADING
    said_before: bool = False
    """Whether the answer stands before its recipient, not behind."""
    context: re.Pattern[str] | None = None
    """What the server says of all recipients, as group 1, where it says nothing of each."""

    def block(self, notice: Notice) -> str:
        """The part of the words that lists the recipients."""
        words, lower = notice.words, notice.lower
        begin = next((at + len(phrase) for phrase in self.start if (at := lower.find(phrase)) >= 0), 0)
        ends = [at for phrase in self.end if (at := lower.find(phrase, begin)) >= 0]
        return words[begin : min(ends, default=len(words))][:BLOCK_LIMIT]

    def is_spoken_by(self, notice: Notice) -> bool:
        """Whether the notice has this dialect's signs."""
        return (
            _has(notice.sender, self.sender)
            and _has(notice.subject, self.subject)
            and (not self.header or any(sign in notice.mail.get(name).lower() for name, sign in self.header))
            and _has(notice.lower, self.opening)
        )


def _has(text: str, signs: tuple[str, ...]) -> bool:
    for sign in signs:
        if sign in text:
            return True
    return not signs


@dataclass(frozen=True, slots=True)
class FormReader:
    """A dialect's reader that is all said by its form."""

    form: Form

    def __call__(self, notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
        """The bounces that the notice tells of; ``None`` when it is not written in this dialect."""
        if standard or not self.form.is_spoken_by(notice):
            return None
        is_signed = self.form.sender or self.form.header
        return read_form(self.form, notice) or None if is_signed or may_be_a_notice(notice) else None


def reader(form: Form) -> FormReader:
    """The reader of a dialect that is a form."""
    return FormReader(form)


def read_form(form: Form, notice: Notice) -> tuple[Bounce, ...]:
    """One bounce for each recipient in the form's list."""
    return bounces(notice, answers(form, notice), dialect=form.name)


def answers(form: Form, notice: Notice) -> list[tuple[str, Answer]]:
    """Each recipient in the form's list with what is said of it."""
    block = form.block(notice)
    found = list(form.line.finditer(block))[:RECIPIENT_LIMIT]
    whole = _about_all(form, block)
    return [(match["addr"], _answer(form, block, found, number) or whole) for number, match in enumerate(found)]


def _about_all(form: Form, block: str) -> Answer:
    if form.context is None:
        return NOTHING
    said = form.context.search(block)
    return answer_in(said[1]) if said else NOTHING


def _answer(form: Form, block: str, found: list[re.Match[str]], number: int) -> Answer | None:
    match = found[number]
    if "text" in match.re.groupindex and match["text"]:
        return answer_in(match["text"])
    if form.context is not None:
        return None
    if form.said_before:
        return answer_in(block[found[number - 1].end() if number else 0 : match.start()])
    return answer_in(block[match.end() : found[number + 1].start() if number + 1 < len(found) else len(block)])


def bounces(
    notice: Notice, told: Iterable[tuple[str, Answer]], *, dialect: str, action: str = ""
) -> tuple[Bounce, ...]:
    """One Bounce for each recipient; of one named twice what has a reply, else the first."""
    believed: dict[str, tuple[str, Answer]] = {}
    for text, answer in told:
        recipient = canonical(text.rstrip(".")) or ("" if "@" not in text else text[:320])
        key = recipient.lower()
        known = believed.get(key)
        if recipient and (known is None or (known[1].reply is None and answer.reply is not None)):
            believed[key] = (recipient, answer)
    kind = action or ("delayed" if believed and notice.is_delay else "failed")
    return tuple(
        bounce(notice, recipient, answer, dialect=dialect, action=kind) for recipient, answer in believed.values()
    )


def bounce(notice: Notice, recipient: str, answer: Answer, *, dialect: str, action: str) -> Bounce:
    """What is known of one recipient, with what the notice returns of the mail."""
    original = notice.original
    return bounce_of(
        recipient=recipient,
        action=action,
        status=answer.status,
        reply=answer.reply,
        diagnostic=answer.diagnostic,
        context=answer.context,
        dialect=dialect,
        remote_mta=answer.remote_mta,
        at=moment(notice.mail.get("date")),
        message_id=original.message_id,
        x_gmail_original_message_id=original.x_gmail_original_message_id,
        subject=original.subject,
        sender=original.sender,
        provider=provider_of(answer.remote_mta, answer.diagnostic),
        via=original.via,
    )
