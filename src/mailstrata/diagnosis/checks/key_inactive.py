"""The IAM key behind the alias's SMTP password is no longer active.

What it sees
    The status of the access key that the alias logs in with. A password is made of one key, and works as long as that key is
    active; a second, newer key of the same user changes nothing about it.
Why it matters
    SES refuses every login with 535, for all regions and ports. Gmail bounces each mail; no recipient is ever contacted.
How to put it right
    Make a new key, derive its password, log in with it, and type both into Gmail. Or set the old key active again, if nobody
    turned it off for a reason: the same password then works again.
Read more
    facts.md A3, A4, F; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import AccessKey
from mailstrata.model.setup import Alias

CODE = "key-inactive"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each long-term key that aliases log in with."""
    for key, aliases in relay_facts.keys(case, key_id.ACCESS_KEY):
        match evidence[AccessKey(key)]:
            case Seen(value=facts) if facts.status == "Active":
                yield Fine(code=CODE, stratum=STRATUM, text=f"key {key} of {facts.user} is active")
            case Seen(value=facts):
                yield _finding(case, evidence, aliases, facts)
            case Unknown(reason=reason, needs=needs) if not relay_facts.foreign(evidence, key):
                yield Undetermined(code=CODE, stratum=STRATUM, subject=key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], facts: AccessKeyFacts) -> Finding:
    key = aliases[0].username
    refused = [
        attempt
        for attempt in relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT)
        if attempt.at is None or facts.created is None or attempt.at >= facts.created
    ]
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{key} of {facts.user}",
        title=f"The key behind the SMTP password of {aliases[0].address} is {facts.status.lower()}",
        because=(
            f"IAM reports the key {key} of user {facts.user} as {facts.status}",
            "SES accepts a password only while the key that it was made of is active",
        ),
        evidence=(evidence.proof(AccessKey(key)), *relay_facts.testimony(refused)),
        refines="login-refused",
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, aliases),
        fixes=relay_facts.renewal(facts.user),
        target=relay_facts.target(case, aliases, user=facts.user, key=key),
    )
