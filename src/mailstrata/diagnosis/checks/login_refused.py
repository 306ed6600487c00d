"""SES refuses the login of the alias.

What it sees
    A login with the stored password, then QUIT: nothing is sent. Where no password is at hand, the bounces: the last mail
    through the alias was answered with 535. If SES accepts the stored password while Gmail's mails are still refused, Gmail
    holds another one.
Why it matters
    535 speaks of key, secret, region, algorithm or the key's state, and of nothing else: not of permissions, identities, DNS
    or DMARC. Every mail through the alias is refused, and no recipient is contacted.
How to put it right
    Where a finding about key, username or password refines this one, mend that. Else make new credentials: derive, log in,
    type them into Gmail. Waiting does not help: a key works within seconds of its making.
Read more
    facts.md A4, A5, A7; peers-diagnosis.md 2.1; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import SmtpLogin
from mailstrata.model.setup import Alias

CODE = "login-refused"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each login that aliases make: 454 and time-outs are no verdict (facts.md A5)."""
    groups = relay_facts.grouped(relay_facts.logging_in(case), lambda one: (one.host, one.port, one.username))
    evidence.want(*(SmtpLogin(*login) for login, _ in groups if login[2]))
    for _, aliases in groups:
        yield from _judge_login(case, evidence, aliases)


def _judge_login(case: Case, evidence: Evidence, aliases: tuple[Alias, ...]) -> Iterator[Result]:
    question = _question(aliases)
    refused = relay_facts.standing(case, aliases, Refusal.LOGIN)
    answer = evidence[question] if question.key_id else Unknown(reason="its username is not known")
    match answer:
        case Seen(value=facts) if not facts.accepted:
            yield _refused_here(case, evidence, aliases)
        case Seen() if refused:
            yield _refused_elsewhere(case, evidence, aliases, refused)
        case Seen(value=facts):
            yield Fine(code=CODE, stratum=STRATUM, text=f"{_subject(aliases)} logs in: {facts.reply}")
        case _ if refused:
            yield _reported(case, evidence, aliases, refused)
        case Unknown(reason=reason, needs=needs):
            yield Undetermined(
                code=CODE, stratum=STRATUM, subject=_subject(aliases), reason=reason, needs=needs or _ANSWER
            )
        case Absent():
            reason = "no password is at hand to log in with"
            yield Undetermined(code=CODE, stratum=STRATUM, subject=_subject(aliases), reason=reason, needs=_NEEDS)


_NEEDS = "where its password is kept (secret under the alias in mailstrata.toml), or the last bounce"
_ANSWER = "an endpoint that answers the login, or the last bounce"


def _question(aliases: tuple[Alias, ...]) -> SmtpLogin:
    return SmtpLogin(aliases[0].host, aliases[0].port, aliases[0].username)


def _subject(aliases: tuple[Alias, ...]) -> str:
    first = aliases[0]
    return f"{first.username or first.address} at {first.host}:{first.port}"


def _finding(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], refused: tuple[Attempt, ...]) -> Finding:
    """What all three have in common; the bounces alone, as evidence."""
    key = aliases[0].username
    user = relay_facts.user_of(evidence, key) if key else ""
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.LIKELY,
        owner=Owner.YOU,
        subject=_subject(aliases),
        title=f"SES refuses the login of {aliases[0].address}",
        evidence=relay_facts.testimony(refused),
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, aliases),
        fixes=relay_facts.renewal(user),
        target=relay_facts.target(case, aliases, user=user, key=key),
    )


def _refused_here(case: Case, evidence: Evidence, aliases: tuple[Alias, ...]) -> Finding:
    question = _question(aliases)
    finding = _finding(case, evidence, aliases, relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT))
    return replace(
        finding,
        because=("SES refuses the stored password", "535 is key, secret, region, algorithm or key state; nothing else"),
        evidence=(evidence.proof(question), *finding.evidence),
    )


def _reported(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], refused: tuple[Attempt, ...]) -> Finding:
    text = f"no login was tried here; the last mail through {aliases[0].address} was answered 535"
    return replace(_finding(case, evidence, aliases, refused), because=(text,))


def _refused_elsewhere(
    case: Case, evidence: Evidence, aliases: tuple[Alias, ...], refused: tuple[Attempt, ...]
) -> Finding:
    """235 here and 535 there: only what is typed in there can differ (peers-diagnosis.md 2.1)."""
    finding, ways = _finding(case, evidence, aliases, refused), {attempt.via for attempt in refused}
    who = "Gmail" if Via.GMAIL_ALIAS in ways else "The sending program"
    return replace(
        finding,
        title=f"{who} holds another password for {aliases[0].address} than the stored one, which SES accepts",
        because=(
            "SES accepts the stored password",
            "the last mail through the alias was refused with 535, and none has gone through since",
        ),
        evidence=(evidence.proof(_question(aliases)), *finding.evidence),
        stops=tuple(send.id for send in case.sends if send.id in finding.stops and send.via in ways),
        fixes=("retype-in-gmail",),
    )
