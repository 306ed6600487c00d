"""The AWS account has never opened SES in the region of the endpoint.

What it sees
    SES's own words to a login or in a bounce: "535 Account not subscribed to SES". The key and its password are right;
    SES says this only of a login that it would have taken otherwise.
Why it matters
    Every login in this region is refused. SES is opened region by region, so the same key may well work in another.
How to put it right
    Open SES in that region once (its console does it on the first visit), then verify the domain there. Or use the region
    in which the domain is verified: change the host in Gmail, and derive the password for it.
Read more
    facts.md A4, A5; https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SmtpLogin
from mailstrata.model.setup import Alias

CODE = "account-not-subscribed"
STRATUM = Stratum.RELAY

_WORDS = "account not subscribed"


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each login that aliases make."""
    groups = relay_facts.grouped(relay_facts.logging_in(case), lambda one: (one.host, one.port, one.username))
    evidence.want(*(SmtpLogin(*login) for login, _ in groups if login[2]))
    for login, aliases in groups:
        if relay_facts.told_at_login(case, evidence, aliases, _WORDS):
            yield _finding(case, evidence, aliases)
            continue
        region = relay_facts.region_of(case, aliases[0])
        match evidence[SmtpLogin(*login)] if login[2] else None:
            case Seen(value=facts) if facts.accepted:
                yield Fine(code=CODE, stratum=STRATUM, text=f"the account has opened SES in {region}")
            case Unknown(reason=reason, needs=needs):
                yield Undetermined(code=CODE, stratum=STRATUM, subject=region, reason=reason, needs=needs or _LOGIN)


_LOGIN = "an endpoint that answers the login, or the last bounce"


def _finding(case: Case, evidence: Evidence, aliases: tuple[Alias, ...]) -> Finding:
    region = relay_facts.region_of(case, aliases[0])
    told = tuple(
        attempt
        for attempt in relay_facts.standing(case, aliases, Refusal.LOGIN)
        if relay_facts.speaks_of(attempt, _WORDS)
    )
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"SES in {region}",
        title=f"The account has never opened SES in {region}, so SES takes no login there",
        because=(
            "SES's own words: Account not subscribed to SES",
            "it says so only of a key and password that are right",
        ),
        evidence=relay_facts.told_at_login(case, evidence, aliases, _WORDS),
        refines="login-refused",
        explains=paths.ids(told),
        stops=relay_facts.stopped(case, aliases),
        fixes=("open-ses", "use-identity-region"),
        target=relay_facts.target(case, aliases),
    )
