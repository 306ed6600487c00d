"""The alias's SMTP password was not derived as SES wants it.

What it sees
    The stored password is exactly what a known mistake makes of the secret: each of some forty was computed anew, offline,
    and one is equal. Or, where the secret is not at hand, its shape gives the mistake away. A missing date step can not be
    seen by any other means: length and first letter are the same. Two mistakes at once are found as well.
Why it matters
    SES refuses every login with 535, while the API works with the same key, since it uses the secret itself.
How to put it right
    Derive the password anew: "AWS4" + secret, then HMAC-SHA256 over 11111111, region, ses, aws4_request and SendRawEmail,
    each with the result before as its key; byte 4 before the result; base64. No new key is needed where the secret was kept.
Read more
    facts.md A3, A9, G5; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.password_words import words
from mailstrata.diagnosis.stored_password import LEGACY, RIGHT, UNRECOGNISED, Stored, doubt, mistaken, stored_passwords
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Fine, Result, Stratum, Undetermined

CODE = "password-wrong-derivation"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each stored password, but for those whose mistake has its own code."""
    for stored in stored_passwords(case, evidence):
        if stored.mistake == RIGHT:
            text = f"the stored password of {stored.key} is rightly derived for {stored.region}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        elif stored.code == CODE:
            yield _finding(case, evidence, stored)
        elif stored.mistake != UNRECOGNISED or _legacy(stored):
            continue  # its mistake has a code of its own
        elif stored.works and not stored.bounced:
            yield Fine(code=CODE, stratum=STRATUM, text=f"SES accepts the stored password of {stored.key}")
        else:
            reason, needs = doubt(stored)
            yield Undetermined(code=CODE, stratum=STRATUM, subject=stored.key, reason=reason, needs=needs)


def _legacy(stored: Stored) -> bool:
    """Whether it is of the old algorithm, be that a fault yet or not."""
    return stored.facts is not None and stored.facts.mistake == LEGACY


def _finding(case: Case, evidence: Evidence, stored: Stored) -> Result:
    assert stored.facts is not None
    done, instead = words(stored.facts.mistake)
    how = "computed anew from the secret, it is equal" if stored.facts.proven else "its shape gives that away"
    return dataclasses.replace(
        mistaken(case, evidence, stored, stored.facts),
        code=CODE,
        title=f"The SMTP password of {stored.aliases[0].address} was made wrongly: {done}",
        because=(f"{done} ({stored.facts.mistake}): {how}", f"right: {instead}"),
    )
