"""The recipient is on the account's suppression list: SES accepts mails to them and sends nothing.

What it sees
    sesv2:GetSuppressedDestination has an entry for the recipient in a region that mail to them goes through, and the
    account's suppression is on for its reason. The entry's date and message id are held against each mail: the one whose
    bounce made it is its cause and not its victim; one that SES accepted later was dropped by it; one that never got past
    the login has it still ahead.
Why it matters
    SES answers 250 and a message id, and drops the mail. Only an event tells. The recipient's server was not contacted for
    such a mail: what it refused was an earlier one, and that reason is hidden now.
How to put it right
    Make sure that the mailbox exists and takes mail again, then remove the entry. Removed without that, the next bounce
    puts it back: where the refusal that made it is known, that is its cause, and is mended first. An entry for a complaint
    says that the recipient does not want the mail: ask them first.
Read more
    facts.md B5; https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.bounces.classification.result import Classification
from mailstrata.diagnosis.answers import read, words_of
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids
from mailstrata.diagnosis.suppression_facts import (
    Fate,
    Listed,
    applied,
    concerned,
    events_wanted,
    fate,
    listed,
    spellings,
    watched,
)
from mailstrata.diagnosis.suppression_maker import behind, maker
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.finding import Confidence, Finding, Fine, Grade, Gravity, Owner, Proof, Result, Stratum
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import MailboxExists, SesAccount

CODE = "recipient-suppressed"
STRATUM = Stratum.ACCOUNT
_NO_MAIL = ("recipient-domain-absent", "recipient-accepts-no-mail")
"""What makes an entry that may stay: nobody can be reached there."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for each recipient in the list of each region that mail to them goes through."""
    pairs = watched(case)
    accounts = dict.fromkeys(SesAccount(region) for region, _ in pairs)
    evidence.want(*(question for pair in pairs for question in spellings(*pair)), *accounts)
    for region, recipient in pairs:
        found, unseen = listed(evidence, region, recipient)
        for question, unknown in unseen:
            yield unsure(CODE, STRATUM, f"{question.address} in {region}", unknown)
        for one in found:
            yield _judged(case, evidence, one)
        if not found and not unseen:
            text = f"{recipient} in {region} is not on the suppression list"
            yield Fine(code=CODE, stratum=STRATUM, text=text)


def _judged(case: Case, evidence: Evidence, found: Listed) -> Result:
    force = applied(evidence, found)
    if isinstance(force, Unknown):
        return unsure(CODE, STRATUM, found.subject, force)
    if not force:
        text = f"{found.subject} is listed, but the list is off for {found.entry.reason}"
        return Fine(code=CODE, stratum=STRATUM, text=text)
    return _finding(case, evidence, found)


def _finding(case: Case, evidence: Evidence, found: Listed) -> Finding:
    mailbox = MailboxExists(found.region, found.address)
    evidence.want(mailbox, *events_wanted(case, found))
    stopped = concerned(case, found)
    fates = {send.id: fate(evidence, found, send) for send in stopped}
    made_by = maker(evidence, found, stopped, fates)
    past = None if made_by else behind(evidence, found)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=found.subject,
        title=f"SES accepts mail to {found.address} and drops it: the address is on the suppression list of {found.region}",
        because=(
            *_because(evidence, found, stopped, fates),
            *((f"what its server said then, as SES recorded it: {words_of(past)}",) if past else ()),
        ),
        evidence=tuple(_proofs(case, evidence, found)),
        caused_by=made_by,
        explains=ids(send for send in stopped if fates[send.id] is Fate.DROPPED),
        stops=ids(send for send in stopped if not send.delivered),
        fixes=_fixes(evidence, found, made_by, read(past) if past else None),
        target=(("region", found.region), ("address", found.address)),
        lasting=True,
    )


def _because(evidence: Evidence, found: Listed, sends: tuple[Attempt, ...], fates: dict[str, Fate]) -> Iterator[str]:
    entry = found.entry
    since = f"{entry.updated:%Y-%m-%d %H:%M} UTC"
    by = f", by message {entry.message_id}" if entry.message_id else ""
    yield f"listed for {entry.reason}, last updated {since}{by}"
    words = {
        Fate.MADE: "its own bounce made the entry",
        Fate.DROPPED: f"SES accepted it while the entry stood, and never contacted {domain_of(found.address)}",
        Fate.AHEAD: "it has not come so far; the entry lies in wait for it",
        Fate.OPEN: "accepted before the entry's date, which moves with each bounce: whether it was dropped is not proven",
    }
    for send in sends:
        if fates[send.id] in words:
            yield f"{send.id}: {words[fates[send.id]]}"
    mailbox = evidence[MailboxExists(found.region, found.address)]
    if isinstance(mailbox, Seen):
        yield f"SES's own estimate that the mailbox exists: {mailbox.value}"


def _proofs(case: Case, evidence: Evidence, found: Listed) -> Iterator[Proof]:
    yield evidence.proof(found.question)
    for question in (*events_wanted(case, found), MailboxExists(found.region, found.address)):
        if isinstance(evidence[question], Seen):
            yield evidence.proof(question, grade=Grade.REPORTED)


def _fixes(evidence: Evidence, found: Listed, made_by: str | None, past: Classification | None) -> tuple[str, ...]:
    """What to do first: an entry is removed only where the mailbox is wanted and may exist."""
    mailbox = evidence[MailboxExists(found.region, found.address)]
    if found.entry.reason == "COMPLAINT":
        return ("ask-recipient-consent",)
    exists = mailbox.value if isinstance(mailbox, Seen) else ""
    cause = made_by or (past.code if past else None)
    if exists == "LOW" or cause in _NO_MAIL or (cause == "recipient-unknown" and exists != "HIGH"):
        return ("correct-recipient",)
    theirs = past is not None and past.owner is Owner.RECIPIENT
    return ("ask-recipient-admin", "remove-suppression") if theirs else ("remove-suppression",)
