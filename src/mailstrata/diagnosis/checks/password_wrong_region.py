"""The alias's SMTP password was derived for another region than its host.

What it sees
    The stored password is exactly what the secret gives for another region. A password is made for one region and works
    at the host of that region only.
Why it matters
    SES refuses every login at this host with 535. The same password would be accepted at the host of its own region.
How to put it right
    Derive the password for the region of the host and type it into Gmail. Or, if the domain is verified in the password's
    region and not in the host's, change the host in Gmail instead.
Read more
    facts.md A3, A4, A9; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.stored_password import UNRECOGNISED, Stored, doubt, mistaken, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Result, Stratum, Undetermined

CODE = "password-wrong-region"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each stored password that was compared with its secret, or is known to work."""
    for stored in stored_passwords(case, evidence):
        mistake = stored.facts.mistake if stored.facts else UNRECOGNISED
        compared = stored.facts is not None and stored.facts.proven
        if stored.code == CODE:
            yield _finding(case, evidence, stored)
        elif stored.works or compared or mistake != UNRECOGNISED:
            text = f"the password of {stored.key} is for no other region than {stored.region}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        else:
            reason, needs = doubt(stored)
            yield Undetermined(code=CODE, stratum=STRATUM, subject=stored.key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, stored: Stored) -> Result:
    assert stored.facts is not None
    other = stored.facts.derived_for
    return dataclasses.replace(
        mistaken(case, evidence, stored, stored.facts),
        code=CODE,
        title=f"The SMTP password of {stored.aliases[0].address} was made for {other}, but its host is in {stored.region}",
        because=(
            f"the stored password is what the secret of {stored.key} gives for {other}, computed anew",
            f"for {stored.region} another one is needed",
        ),
    )
