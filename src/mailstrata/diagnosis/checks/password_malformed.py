"""The alias's SMTP password was spoilt on its way: copied with white space, quoted, encoded or cut off.

What it sees
    The stored password becomes the right one when that is taken back: white space or quotation marks around it, a line
    break within it, %2B where + belongs, a + that a URL made a space, an invisible character, a lost end. Or the access
    key id, or nothing, stands in its place. Without the secret, the shape alone gives it away.
Why it matters
    SES compares the password octet by octet and refuses every login with 535.
How to put it right
    Copy the 44 characters exactly as they were derived: no quotes, no line end, not encoded. No new key is needed.
Read more
    facts.md A9; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.password_words import words
from mailstrata.diagnosis.stored_password import Stored, doubt, mistaken, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Result, Stratum, Undetermined

CODE = "password-malformed"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each stored password; any that was read can be looked at."""
    for stored in stored_passwords(case, evidence):
        if stored.code == CODE:
            yield _finding(case, evidence, stored)
        elif stored.facts is not None or stored.works:
            text = f"the stored password of {stored.key} shows no slip of copying"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        else:
            reason, needs = doubt(stored)
            yield Undetermined(code=CODE, stratum=STRATUM, subject=stored.key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, stored: Stored) -> Result:
    assert stored.facts is not None
    done, instead = words(stored.facts.mistake)
    how = "compared with what the secret gives" if stored.facts.proven else "its shape gives that away"
    return dataclasses.replace(
        mistaken(case, evidence, stored, stored.facts),
        code=CODE,
        title=f"The SMTP password of {stored.aliases[0].address} is not what was derived: {done}",
        because=(f"{done} ({stored.facts.mistake}): {how}", f"right: {instead}"),
    )
