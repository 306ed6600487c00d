"""Readings that the checks of the relay stratum share: which alias reaches a login, and what a refusal speaks of.

    kind(attempt)                            # Refusal.LOGIN for "535 Authentication Credentials Invalid"
    standing(case, aliases, Refusal.LOGIN)   # those that no later mail of the same way has overtaken

The answer of the server says at which step a mail stopped: 535 is the login and nothing else; 554 with "Access denied" came
after it, from IAM; "does not advertise AUTH" came from a server that is not SES or was spoken to in clear (facts.md A4,
A5, C3; peers-diagnosis.md 2.1). A refusal that a later mail of the same way has overtaken is history: its cause is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from mailstrata.diagnosis import paths
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import key_id
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.facts import EndpointFacts
from mailstrata.model.finding import Grade, Proof
from mailstrata.model.observation import Seen
from mailstrata.model.question import AccessKey, Caller, Endpoint, SmtpLogin
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias

K = TypeVar("K")

PORTS = {25: "starttls", 587: "starttls", 2587: "starttls", 465: "ssl", 2465: "ssl"}
"""SES's ports and the security that each begins with (facts.md A1)."""

_DENIED = re.compile(r"access denied.*ses:send", re.IGNORECASE | re.DOTALL)
_NO_AUTH = re.compile(r"does not advertise AUTH|SENT_SECOND_EHLO|Must issue a STARTTLS", re.IGNORECASE)
_TLS = re.compile(r"TLS negotiation|STARTTLS|certificate|\bSSL\b|handshake", re.IGNORECASE)
_CONNECT = re.compile(
    r"connection (?:refused|reset|timed out)|timed? ?out|(?:could not|unable to|can't|cannot) connect|unreachable"
    r"|no route to host|could not resolve|unable to resolve|DNS|couldn't connect",
    re.IGNORECASE,
)


_BEFORE_TLS = frozenset({"connect", "banner", "ehlo"})


class Refusal(StrEnum):
    """The step of the relay that a refusal speaks of."""

    LOGIN = "login"
    DENIED = "denied"
    NO_AUTH = "no-auth"
    TLS = "tls"
    CONNECT = "connect"
    SILENT = "silent"
    """Refused, and nobody kept the server's words."""
    OTHER = "other"


def reply_of(attempt: Attempt) -> Reply | None:
    """The reply, also where it stands in the diagnostic text only."""
    return attempt.reply or Reply.parse(attempt.diagnostic)


def kind(attempt: Attempt) -> Refusal | None:
    """What the refusal of an attempt at the relay speaks of, or ``None`` when it was not refused there."""
    if attempt.outcome is not Outcome.REFUSED_AT_RELAY:
        return None
    reply, text = reply_of(attempt), attempt.diagnostic or str(attempt.reply or "")
    if reply is None:
        return _by_text(text) if text.strip() else Refusal.SILENT
    if reply.code == 535:  # facts.md A4: key id, secret, region, algorithm or key state, nothing else
        return Refusal.LOGIN
    if reply.code == 530:  # facts.md A5: nobody logged in, or in clear
        return Refusal.NO_AUTH
    return Refusal.DENIED if reply.code == 554 and _DENIED.search(text) else Refusal.OTHER


def _by_text(text: str) -> Refusal:
    for found, pattern in ((Refusal.NO_AUTH, _NO_AUTH), (Refusal.TLS, _TLS), (Refusal.CONNECT, _CONNECT)):
        if pattern.search(text):
            return found
    return Refusal.OTHER


def passed_login(attempt: Attempt) -> bool:
    """Whether the attempt shows that its login succeeded: SES took it, or refused it only after DATA (facts.md A4)."""
    if attempt.outcome is Outcome.REFUSED_AT_RELAY:
        reply = reply_of(attempt)
        return reply is not None and reply.code == 554
    return attempt.outcome is not Outcome.UNKNOWN or attempt.message_id is not None


def accepted(attempt: Attempt) -> bool:
    """Whether SES took the mail, whatever became of it then."""
    return passed_login(attempt) and attempt.outcome is not Outcome.REFUSED_AT_RELAY


def standing(case: Case, aliases: Iterable[Alias], *kinds: Refusal) -> tuple[Attempt, ...]:
    """The refusals of ``kinds`` that no later mail through the same alias and way has overtaken, in the case's order."""
    mine = [send for alias in aliases for send in paths.through_login(case, alias) if send in case.attempts]
    return tuple(one for one in mine if kind(one) in kinds and not any(_overtakes(other, one) for other in mine))


def _overtakes(later: Attempt, earlier: Attempt) -> bool:
    if later.via is not earlier.via or later.at is None or earlier.at is None or later.at <= earlier.at:
        return False
    return accepted(later) if kind(earlier) is Refusal.DENIED else passed_login(later)


def stopped(case: Case, aliases: Iterable[Alias]) -> tuple[str, ...]:
    """The ids of all sends that log in through one of ``aliases``: what a fault of the login stops."""
    return paths.ids(dict.fromkeys(send for alias in aliases for send in paths.through_login(case, alias)))


def stopped_as_seen(case: Case, aliases: tuple[Alias, ...], *kinds: Refusal) -> tuple[str, ...]:
    """What a fault on the way *from here* to the endpoint stops: Gmail connects from elsewhere.

    So Gmail's sends count only when a refusal of Gmail's speaks of the same trouble.
    """
    told = any(attempt.via is Via.GMAIL_ALIAS for attempt in standing(case, aliases, *kinds))
    sends = dict.fromkeys(send for alias in aliases for send in paths.through_login(case, alias))
    return paths.ids(send for send in sends if told or send.via is not Via.GMAIL_ALIAS)


def grouped(aliases: Iterable[Alias], by: Callable[[Alias], K]) -> tuple[tuple[K, tuple[Alias, ...]], ...]:
    """The aliases that share something, in order: one key behind two aliases is one key."""
    groups: dict[K, list[Alias]] = {}
    for alias in aliases:
        groups.setdefault(by(alias), []).append(alias)
    return tuple((key, tuple(group)) for key, group in groups.items())


def fits(alias: Alias) -> bool:
    """Whether port and security are a pair that SES's endpoint offers."""
    return PORTS.get(alias.port) == alias.security


def logging_in(case: Case) -> tuple[Alias, ...]:
    """The aliases whose host is a SES endpoint and whose port fits: only there a login takes place."""
    return tuple(alias for alias in paths.login_aliases(case) if alias.region and fits(alias))


class Trouble(StrEnum):
    """How far the session with an endpoint fell short of a login that can be trusted."""

    REACH = "reach"
    TLS = "tls"


def trouble(facts: EndpointFacts) -> Trouble | None:
    """What is wrong with an endpoint as it showed itself, or ``None``: it would take a login under good TLS."""
    if facts.failure and facts.stage in _BEFORE_TLS and not _TLS.search(facts.failure):
        return Trouble.REACH
    if facts.failure or (facts.tls is not None and facts.tls.problem):
        return Trouble.TLS
    return None if {"PLAIN", "LOGIN"} & set(facts.auth) else Trouble.TLS


def endpoints(case: Case) -> tuple[tuple[Endpoint, tuple[Alias, ...]], ...]:
    """The endpoints that aliases log in at, each once."""
    return grouped(logging_in(case), lambda alias: Endpoint(alias.host, alias.port, alias.security))


def region_of(case: Case, alias: Alias) -> str:
    """The region that the alias's password has to be for: its host's, or the one that is wanted."""
    return alias.region or case.setup.region


def keys(case: Case, of: str) -> tuple[tuple[str, tuple[Alias, ...]], ...]:
    """The access keys of a kind (`formats.key_id`) that aliases log in with, each once with its aliases."""
    named = (alias for alias in paths.login_aliases(case) if key_id.kind(alias.username) == of)
    return grouped(named, lambda alias: alias.username)


def user_of(evidence: Evidence, key: str) -> str:
    """The IAM user of a key, empty when it is not known."""
    observation = evidence[AccessKey(key)] if key_id.is_access_key(key) else None
    return observation.value.user if isinstance(observation, Seen) else ""


def foreign(evidence: Evidence, key: str) -> bool:
    """Whether a key is surely of another account than the credentials at hand."""
    account = key_id.account(key)
    if account is None:
        return False
    match evidence[Caller()]:
        case Seen(value=caller):
            return caller.account != account
    return False


def login_works(case: Case, evidence: Evidence, aliases: tuple[Alias, ...]) -> bool | None:
    """Whether SES takes the stored login of one of ``aliases``; where that was not tried, bounces may say that it does not.

    ``None`` when neither says anything.
    """
    questions = [SmtpLogin(alias.host, alias.port, alias.username) for alias in aliases if alias.region and fits(alias)]
    evidence.want(*questions)
    seen = [answer.value for answer in (evidence[question] for question in questions) if isinstance(answer, Seen)]
    if any(login.accepted for login in seen):
        return True
    return False if seen or standing(case, aliases, Refusal.LOGIN) else None


def speaks_of(attempt: Attempt, words: str) -> bool:
    """Whether the server's answer to an attempt holds ``words`` (lower case)."""
    return words in f"{attempt.reply or ''} {attempt.diagnostic}".lower()


def told_at_login(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], words: str) -> tuple[Proof, ...]:
    """Where SES itself says ``words`` (lower case) to a login of ``aliases``, here or in a bounce that still stands."""
    questions = [SmtpLogin(one.host, one.port, one.username) for one in aliases if one.region and one.username]
    evidence.want(*questions)
    seen = ((question, evidence[question]) for question in dict.fromkeys(questions))
    here = (
        evidence.proof(question)
        for question, answer in seen
        if isinstance(answer, Seen) and not answer.value.accepted and words in answer.value.reply.text.lower()
    )
    return (
        *here,
        *testimony(one for one in standing(case, aliases, Refusal.LOGIN) if speaks_of(one, words)),
    )


def renewal(user: str) -> tuple[str, ...]:
    """The fixes that give an alias another key: by a machine where the user is known, else by a person."""
    return ("rotate-credentials" if user else "recreate-key-in-account", "retype-in-gmail")


def target(case: Case, aliases: tuple[Alias, ...], **more: str) -> tuple[tuple[str, str], ...]:
    """What a fix needs to know.

    Of the aliases that share a username the first of all stands for them, so that findings about the credential and about
    its login are seen to belong together (`diagnosis.attribution`); a region stands there where there is only one.
    """
    named = next((one for one in case.setup.aliases if one.username == aliases[0].username), aliases[0])
    regions = dict.fromkeys(region_of(case, alias) for alias in aliases)
    region = next(iter(regions)) if len(regions) == 1 else ""
    return tuple((name, value) for name, value in {"alias": named.address, "region": region, **more}.items() if value)


def testimony(attempts: Iterable[Attempt]) -> tuple[Proof, ...]:
    """What bounces and logs report, verbatim, as evidence."""
    return tuple(
        Proof(
            question=f"attempt {attempt.id}",
            grade=Grade.REPORTED,
            source=attempt.source,
            at=attempt.at,
            quote=attempt.diagnostic or str(attempt.reply or ""),
        )
        for attempt in attempts
    )
