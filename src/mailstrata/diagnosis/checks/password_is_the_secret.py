"""The alias's SMTP password is the secret access key itself.

What it sees
    The stored password is the secret access key, or looks exactly like one (40 characters). The API takes the secret; SMTP
    wants a password that is derived from it.
Why it matters
    SES refuses every login with 535. And the secret, which can do all that its user may do, stands in Gmail.
How to put it right
    Derive the password from the secret and type that into Gmail. As the secret has been in a mail program, a new key is the
    better answer.
Read more
    facts.md A3, A4, A9; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.stored_password import Stored, doubt, mistaken, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Result, Stratum, Undetermined

CODE = "password-is-the-secret"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each stored password; any that was read can be told from a secret."""
    for stored in stored_passwords(case, evidence):
        if stored.code == CODE:
            yield _finding(case, evidence, stored)
        elif stored.facts is not None or stored.works:
            yield Fine(code=CODE, stratum=STRATUM, text=f"the password of {stored.key} is not its secret")
        else:
            reason, needs = doubt(stored)
            yield Undetermined(code=CODE, stratum=STRATUM, subject=stored.key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, stored: Stored) -> Result:
    assert stored.facts is not None
    seen = "is the secret access key itself" if stored.facts.proven else "has the shape of a secret access key"
    return dataclasses.replace(
        mistaken(case, evidence, stored, stored.facts),
        code=CODE,
        title=f"The SMTP password of {stored.aliases[0].address} is the secret access key, not a password made of it",
        because=(f"the stored password of {stored.key} {seen}", "SES wants a password that is derived from it"),
    )
