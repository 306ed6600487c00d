"""Gmail's own daily limit is used up, so nothing leaves the account, through an alias neither.

What it sees
    Gmail's words in a bounce: "550 5.4.5 Daily user sending limit exceeded", or "You have reached a limit for sending
    mail". Gmail counts the messages of the last 24 hours, of the address itself and of all its aliases together: 500 for
    an account at gmail.com, 2,000 at Google Workspace.
Why it matters
    Gmail refuses each further mail before it speaks with the alias's server. SES, its quota and the recipient have
    nothing to do with it, and no credential does.
How to put it right
    Wait: the window slides, and after 24 hours at most there is room again. What goes to many is no mail for Gmail: send
    it by SES's API, whose quota is another. If nobody sent so much, somebody else is in the account.
Read more
    facts.md C1; https://support.google.com/mail/answer/22839
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mailstrata.bounces.gmail_limit import is_limit
from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Result, Stratum

CODE = "gmail-limit-reached"
STRATUM = Stratum.RELAY
WINDOW = timedelta(hours=24)


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One finding for each Gmail account that refused its user's mail."""
    told: dict[str, list[Attempt]] = {}
    for attempt in case.attempts:
        if not attempt.delivered and is_limit(f"{attempt.reply or ''} {attempt.diagnostic} {attempt.context}"):
            told.setdefault(_mailbox(case, attempt), []).append(attempt)
    for mailbox, attempts in told.items():
        yield _finding(case, mailbox, attempts)


def _mailbox(case: Case, send: Attempt) -> str:
    """The Gmail account that a send leaves from; empty where the setup does not name it."""
    alias = case.setup.alias_for(send.sender)
    return alias.mailbox.lower() if alias else ""


def _finding(case: Case, mailbox: str, attempts: Sequence[Attempt]) -> Finding:
    last = max((attempt.at for attempt in attempts if attempt.at), default=None)
    room = last is not None and (last + WINDOW <= case.at or _sent_since(case, mailbox, last))
    ahead = () if room else [send for send in case.sends if _leaves(case, send, mailbox)]
    stops = ahead or attempts
    until = (
        "; there is room again" if room else f"; by {last + WINDOW:%Y-%m-%d %H:%M} UTC there is room" if last else ""
    )
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING if room else Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=mailbox or "the Gmail account",
        title=f"{mailbox or 'The Gmail account'} has sent as much as Gmail lets it in 24 hours{until}",
        because=(
            "these are Gmail's own words: neither the alias's server nor the recipient's was asked",
            "the address and all its aliases count together",
        ),
        evidence=relay_facts.testimony(attempts),
        explains=paths.ids(attempts),
        stops=paths.ids(stops),
        fixes=("wait-for-gmail",),
    )


def _leaves(case: Case, send: Attempt, mailbox: str) -> bool:
    return send.via is Via.GMAIL_ALIAS and _mailbox(case, send) == mailbox


def _sent_since(case: Case, mailbox: str, moment: datetime) -> bool:
    """Whether a later mail of the account went out."""
    return any(
        _leaves(case, send, mailbox) and send.at is not None and send.at > moment and relay_facts.accepted(send)
        for send in case.attempts
    )
