"""The alias logs in with a temporary key, which SES's SMTP endpoint never accepts.

What it sees
    A username that begins with ASIA: the id of a key that a role, a session or IAM Identity Center handed out. Long-term
    keys of IAM users begin with AKIA.
Why it matters
    A temporary key is only valid together with its session token, and a SMTP login has no place for one; it also ends within
    hours. No password made of it can work.
How to put it right
    Make an IAM user for this alias with a long-term key, derive its password, and type both into Gmail.
Read more
    facts.md A4; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum

CODE = "key-temporary"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each access key that aliases log in with; its name says it all."""
    del evidence
    for key, _ in relay_facts.keys(case, key_id.ACCESS_KEY):
        yield Fine(code=CODE, stratum=STRATUM, text=f"{key} is a long-term key")
    for key, aliases in relay_facts.keys(case, key_id.TEMPORARY_KEY):
        refused = relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT)
        yield Finding(
            code=CODE,
            stratum=STRATUM,
            gravity=Gravity.FAULT,
            confidence=Confidence.PROVEN,
            owner=Owner.YOU,
            subject=key,
            title=f"{aliases[0].address} logs in with a temporary key, which SES's SMTP endpoint never accepts",
            because=("the username begins with ASIA: a key of a session, valid only with its session token",),
            evidence=relay_facts.testimony(refused),
            refines="login-refused",
            explains=paths.ids(refused),
            stops=relay_facts.stopped(case, aliases),
            fixes=relay_facts.renewal(""),
            target=relay_facts.target(case, aliases, key=key),
        )
