"""What stands in the suppression list for a recipient, and what that did to each mail (facts.md B5).

SES accepts a mail to a listed recipient, says so, and sends nothing. The recipient's server is never contacted, so an entry
is never the reason of its refusal; it is the trace of an earlier one:

    fate(evidence, listed, attempt)
    MADE      this mail's own bounce made the entry: the entry is its effect
    DROPPED   accepted by SES while the entry stood: lost by it
    AHEAD     never came so far; the entry lies in wait for it
    OPEN      accepted, but the entry's date has moved since: not proven
    OTHER     ended otherwise
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.outcome import told
from mailstrata.diagnosis.paths import SIMULATOR, to_address
from mailstrata.diagnosis.region_paths import region_of
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.facts import SuppressionFacts
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import MessageEvents, SesAccount, Suppression
from mailstrata.model.values import dataclass


class Fate(StrEnum):
    """What an entry did to a mail."""

    MADE = "made"
    DROPPED = "dropped"
    AHEAD = "ahead"
    OPEN = "open"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry and the spelling under which it stands."""

    region: str
    address: str
    entry: SuppressionFacts

    @property
    def question(self) -> Suppression:
        """The question that it answers."""
        return Suppression(self.region, self.address)

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.address} in {self.region}"


Unseen: TypeAlias = tuple[Suppression, Unknown]
"""A spelling that could not be asked, and why."""


def watched(case: Case) -> tuple[tuple[str, str], ...]:
    """Each recipient with each region that mail to it goes through, without regard to case, each once."""
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for send in case.sends:
        if send.recipient and domain_of(send.recipient) != SIMULATOR:
            region = region_of(case, send)
            pairs.setdefault((region, send.recipient.lower()), (region, send.recipient))
    return tuple(pairs.values())


def spellings(region: str, recipient: str) -> tuple[Suppression, ...]:
    """The list is matched to the letter when asked, but not when sending: both spellings are asked (facts.md B5)."""
    return tuple(Suppression(region, one) for one in dict.fromkeys((recipient, recipient.lower())))


def listed(evidence: Evidence, region: str, recipient: str) -> tuple[tuple[Listed, ...], tuple[Unseen, ...]]:
    """The entries of a recipient, one for each spelling that is listed, and the spellings that could not be asked."""
    questions = spellings(region, recipient)
    evidence.want(*questions)
    found: list[Listed] = []
    unseen: list[Unseen] = []
    for question in questions:
        match evidence[question]:
            case Seen(value=entry):
                found.append(Listed(region=region, address=question.address, entry=entry))
            case Unknown() as unknown:
                unseen.append((question, unknown))
    return tuple(found), tuple(unseen)


def applied(evidence: Evidence, found: Listed) -> bool | Unknown:
    """Whether the account holds mail back for the reason of the entry: the list can be on for bounces alone, or off."""
    match evidence[SesAccount(found.region)]:
        case Seen(value=account):
            return found.entry.reason in account.suppressed_reasons
        case Unknown() as unknown:
            return unknown
        case _:
            return Unknown(reason=f"SES gave no settings of the account in {found.region}")


def concerned(case: Case, found: Listed) -> tuple[Attempt, ...]:
    """The sends that run into the entry, or did."""
    return tuple(send for send in to_address(case, found.address) if region_of(case, send) == found.region)


def events_wanted(case: Case, found: Listed) -> Iterator[MessageEvents]:
    """The events that can tell what became of accepted mails to the address."""
    for send in concerned(case, found):
        if send.outcome is Outcome.UNKNOWN and send.message_id and send.message_id != found.entry.message_id:
            yield MessageEvents(found.region, send.message_id)


def fate(evidence: Evidence, found: Listed, send: Attempt) -> Fate:
    """What the entry did to this send."""
    if send.message_id and send.message_id == found.entry.message_id:
        return Fate.MADE
    settled = _settled(evidence, found.region, send)
    if settled.outcome is Outcome.SUPPRESSED:
        return Fate.OTHER if for_all(settled) else Fate.DROPPED
    if settled.outcome is Outcome.REFUSED_AT_RELAY:
        return Fate.AHEAD
    if settled.outcome is not Outcome.UNKNOWN:
        return Fate.OTHER
    if not send.message_id:
        return Fate.AHEAD
    return Fate.DROPPED if send.at is not None and found.entry.updated <= send.at else Fate.OPEN


def for_all(send: Attempt) -> bool:
    """Whether a mail was dropped for SES's own list, which all accounts share, by the words of its notice."""
    return send.outcome is Outcome.SUPPRESSED and "recent history of bouncing" in send.diagnostic.lower()


def _settled(evidence: Evidence, region: str, send: Attempt) -> Attempt:
    question = MessageEvents(region, send.message_id or "")
    if send.outcome is Outcome.UNKNOWN and question in evidence:
        seen = evidence[question]
        if isinstance(seen, Seen):
            return told(send, seen.value)
    return send
