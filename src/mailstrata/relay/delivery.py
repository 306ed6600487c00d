"""What happens to an offered mail: the decisions, without socket, file or clock.

    parts = divided(offer.recipients)                       # at most 50 recipients each
    fingerprint(offer, parts[0], prepared)                  # the same for a repeat of the same mail
    decide(verdict, mode=Mode.THROUGH, promised=False)      # Step.ANSWER, ACCEPT, KEEP, CONCEDE or WAIT

*Through*: the client hears 250 only after SES took the mail; a mail that SES puts off is the client's to try again. *Spool*:
such a mail is kept, the client hears 250, and the relay tries again. As soon as a part of a mail was sent, the rest is
*promised* in both modes, since a failure of a part must not be answered as a failure of all (peers-sending 9.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto

from mailstrata.formats.dsn_report import Notice
from mailstrata.model.names import domain_of
from mailstrata.model.relaying import Entry, Row, State
from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted, Outcome, Unsettled
from mailstrata.model.values import maker
from mailstrata.relay.answers import Verdict
from mailstrata.relay.message import Prepared
from mailstrata.relay.offer import Offer

_entry = maker(Entry)
_DAEMON = "MAILER-DAEMON@"
_FINGERPRINT = 40
"""Hexadecimal digits: 160 bits."""
MOST = 50
"""Recipients of one call (facts.md A6)."""

ANONYMOUS = 15 * 60 * 1000
"""Milliseconds within which an equal mail without Message-ID and Date is taken for a repeat. A client waits ten minutes for the
answer (RFC 5321 4.5.3.2.6) and then tries again; a machine that says the same each night says it anew."""

FULL = Reply(
    code=452, enhanced="4.3.1", text="The relay's disk is full; nothing was sent. Whoever runs it must make room"
)
NO_LEDGER = Reply(code=451, enhanced="4.3.0", text="The relay cannot write down what it does; nothing was sent")
LATE = Reply(
    code=454, enhanced="4.7.0", text="The relay has more mail than the Amazon SES account may send; try again later"
)
UNDECIDED = Reply(
    code=451,
    enhanced="4.4.2",
    text="This message was handed to Amazon SES before and no answer came; it is not sent twice before that is settled",
)


class Mode(StrEnum):
    """Whether a mail that SES puts off is the client's to try again, or the relay's."""

    THROUGH = "through"
    SPOOL = "spool"


class Step(Enum):
    """What to do after one try."""

    ACCEPT = auto()
    """Write down SES's id; the client may hear 250."""
    ANSWER = auto()
    """Not sent: the client hears why."""
    KEEP = auto()
    """Not sent: spool it and try again."""
    CONCEDE = auto()
    """Not sent and never will be, though the client heard 250: divide the recipients, or tell the sender."""
    WAIT = auto()
    """Perhaps sent: leave it without outcome."""


def decide(outcome: Outcome, verdict: Verdict, *, mode: Mode, promised: bool) -> Step:
    """The step after ``outcome``. ``promised``: the relay answers for the mail already."""
    if isinstance(outcome, Accepted):
        return Step.ACCEPT
    if isinstance(outcome, Unsettled):
        return Step.WAIT
    if verdict.held and (promised or mode is Mode.SPOOL):
        return Step.KEEP
    return Step.CONCEDE if promised else Step.ANSWER


def divided(recipients: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The recipients in parts that SES takes, in order."""
    if len(recipients) <= MOST:
        return [recipients]
    return [recipients[start : start + MOST] for start in range(0, len(recipients), MOST)]


def halves(row: Row) -> list[Entry]:
    """Two mails in place of one of which SES refused a recipient, nobody knows which; one recipient cannot be divided."""
    entry = row.entry
    middle = (len(entry.recipients) + 1) // 2
    parts = (entry.recipients[:middle], entry.recipients[middle:])
    return [replace(entry, recipients=part, fingerprint=None) for part in parts if part]


def fingerprint(offer: Offer, recipients: tuple[str, ...], prepared: Prepared) -> str:
    """The same for a repeat: login, envelope, and the message without what a server writes anew at each try."""
    envelope = "\n".join((offer.login, offer.sender, *recipients, str(len(prepared.identity)), ""))
    digest = hashlib.sha256(envelope.encode("utf-8", "surrogatepass") + prepared.identity)
    digest.update(prepared.body)
    return digest.hexdigest()[:_FINGERPRINT]


def entry(offer: Offer, recipients: tuple[str, ...], prepared: Prepared) -> Entry:
    """What is written down of a part of an offer before it is handed over."""
    return _entry(
        login=offer.login,
        sender=offer.sender,
        recipients=recipients,
        at=int(offer.at.timestamp() * 1000),
        size=len(offer.message),
        message_id=prepared.message_id,
        fingerprint=fingerprint(offer, recipients, prepared),
        changes=prepared.changes,
        peer=offer.peer,
    )


def repeated(before: Row) -> Reply:
    """What the client hears for a mail that was here before."""
    if before.ending.state is State.ACCEPTED:
        return Reply(code=250, enhanced="2.0.0", text=f"Ok {before.ending.ses_id}")
    if before.ending.state is State.HANDED:
        return UNDECIDED
    return queued(before.id)


def another(before: Row, entry: Entry, prepared: Prepared) -> bool:
    """Whether a mail equal to one before is another all the same: nothing in it tells it from a repeat but the time."""
    if prepared.message_id or prepared.dated or before.ending.state is State.HANDED:
        return False
    return entry.at - before.entry.at > ANONYMOUS


def queued(row: int) -> Reply:
    """The client hears that the relay has it."""
    return Reply(code=250, enhanced="2.0.0", text=f"Ok queued as {row}")


def joined(replies: Sequence[Reply]) -> Reply:
    """One reply for the parts of a mail that were all taken."""
    if len(replies) == 1:
        return replies[0]
    said = " ".join(reply.text.removeprefix("Ok ") for reply in replies)
    return Reply(code=250, enhanced="2.0.0", text=f"Ok {said}")


def notice(row: Row, reply: Reply, *, header: bytes, host: str, now: int) -> tuple[Entry, bytes] | None:
    """The notice to the sender of a mail that is given up; ``None`` for a notice itself and for the null reverse-path.

    It comes from the domain that the sender himself sends from, since SES sends from no other (RFC 5321 4.5.5 asks for the null
    reverse-path, which SES does not have).
    """
    to = row.entry.sender
    if not to or not row.entry.login:
        return None
    sender = f"{_DAEMON}{domain_of(to)}"
    written = Notice(
        name=f"notice-{row.id}",
        reporting_mta=host,
        sender=sender,
        to=to,
        recipients=row.entry.recipients,
        reply=reply,
        arrived=datetime.fromtimestamp(row.entry.at / 1000, UTC),
        at=datetime.fromtimestamp(now / 1000, UTC),
        header=header,
    ).render()
    return Entry(login="", sender=sender, recipients=(to,), at=now, size=len(written)), written


def notice_again(row: Row, reply: Reply, message: bytes, *, now: int) -> tuple[Entry, bytes] | None:
    """A notice that SES refused, once more in the name of the address that it goes to; ``None`` for any other mail.

    Where that address alone is verified, and not its domain, SES sends from nobody else there.
    """
    entry = row.entry
    if entry.login or reply.code < 500 or not entry.sender.startswith(_DAEMON):
        return None
    (own,) = entry.recipients
    message = message.replace(f"<{entry.sender}>".encode(), f"<{own}>".encode(), 1)
    return replace(entry, sender=own, at=now, size=len(message)), message
