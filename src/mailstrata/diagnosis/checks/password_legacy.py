"""The alias's SMTP password is of the old algorithm (Signature Version 2), and SES refuses it.

What it sees
    SES's own words, "535 Signature Version 2 is deprecated…", to a login or in a bounce: the only 535 that names its cause.
    Or the stored password is what the old algorithm makes of the secret (or has the look of it), and logins are refused.
    Until SES refuses it, such a password works, and is no fault.
Why it matters
    SES refuses these passwords step by step since March 2021; those made before January 2019 are all of this kind. One that
    works today may be refused tomorrow.
How to put it right
    Derive the password anew from the same secret by Signature Version 4, or make new credentials where it was not kept.
Read more
    facts.md A3, A5; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis import relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.stored_password import LEGACY, Stored, doubt, mistaken, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.facts import PasswordFacts
from mailstrata.model.finding import Confidence, Fine, Result, Stratum, Undetermined

CODE = "password-legacy"
STRATUM = Stratum.RELAY

_WORDS = "signature version 2"
"""SES names the cause itself (facts.md A5)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each stored password."""
    for stored in stored_passwords(case, evidence):
        old = stored.facts is not None and stored.facts.mistake == LEGACY
        if stored.code == CODE or relay_facts.told_at_login(case, evidence, stored.aliases, _WORDS):
            yield _finding(case, evidence, stored)
        elif stored.works and old:
            text = f"SES still accepts the stored password of {stored.key}, which is of the old algorithm"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        elif stored.facts is None and stored.works and not stored.bounced:
            text = f"SES accepts the stored password of {stored.key}, of whichever algorithm it is"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        elif stored.facts is not None and not old:
            text = f"the stored password of {stored.key} is not of the old algorithm"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        else:
            reason, needs = doubt(stored)
            yield Undetermined(code=CODE, stratum=STRATUM, subject=stored.key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, stored: Stored) -> Result:
    said = relay_facts.told_at_login(case, evidence, stored.aliases, _WORDS)
    facts = stored.facts or PasswordFacts(mistake=LEGACY, proven=False)
    made = mistaken(case, evidence, stored, facts)
    elsewhere = stored.works and facts.mistake != LEGACY
    return dataclasses.replace(
        made,
        code=CODE,
        title=f"The SMTP password of {stored.aliases[0].address} is of the old algorithm, which SES refuses",
        confidence=Confidence.PROVEN if said else made.confidence,
        because=tuple(_because(stored, said)),
        evidence=tuple(dict.fromkeys((*said, *made.evidence))),
        fixes=("retype-in-gmail",) if elsewhere else made.fixes,
    )


def _because(stored: Stored, said: tuple[object, ...]) -> Iterator[str]:
    if said:
        yield "SES's own words: Signature Version 2 is deprecated"
    if stored.facts is not None and stored.facts.mistake == LEGACY:
        yield "computed anew from the secret, it is equal" if stored.facts.proven else "its shape gives that away"
    yield "right: the algorithm of today, Signature Version 4, from the same secret"
