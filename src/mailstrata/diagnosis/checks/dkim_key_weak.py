"""The DKIM key is shorter than 2048 bits.

What it sees
    SES's own key is of 1024 bits (CurrentSigningKeyLength), or the public half of the operator's own key that DNS holds is
    shorter than 2048 bits.
Why it matters
    Verifiers take 1024 bits today and are asked to expect 2048 (RFC 8301 3.2). What is shorter than 1024 they must not take:
    such mail counts as unsigned.
How to put it right
    Have SES make a key of 2048 bits. Its tokens may be new ones, whose CNAMEs have to be published. A key of the operator's
    own is made anew with 2048 bits and given to SES.
Read more
    RFC 8301 3.1, 3.2; facts.md B1, B3
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Signing, damage, questions, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.formats.rsa_length import key_bits
from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesIdentity

CODE = "dkim-key-weak"
STRATUM = Stratum.IDENTITY
LEAST = 1024
"""Bits below which a verifier must not take a signature (RFC 8301 3.2)."""
GOOD = 2048
_LENGTHS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the length of the key in each region."""
    for who in signing(case, evidence, everywhere=True):
        if who.facts is None:
            if who.unknown is not None:
                yield unsure(CODE, STRATUM, who.subject, who.unknown)
            continue
        bits = _bits(evidence, who.identity, who.facts)
        if isinstance(bits, Unknown):
            yield unsure(CODE, STRATUM, who.subject, bits)
        elif bits is not None and bits < GOOD:
            yield _weak(case, evidence, who, bits)
        elif bits is not None:
            yield Fine(code=CODE, stratum=STRATUM, text=f"the DKIM key of {who.subject} is of {bits} bits")


def _bits(evidence: Evidence, identity: str, facts: IdentityFacts) -> int | Unknown | None:
    """The length; ``None`` where there is no key, or none whose length can be told."""
    if facts.dkim.origin != OWN_KEY:
        return _LENGTHS.get(facts.dkim.key_length)
    found: list[int] = []
    for question in questions(identity, facts.dkim):
        match evidence[question]:
            case Unknown() as unknown:
                return unknown
            case Seen(value=tuple(texts)):
                found += [bits for text in texts if (bits := key_bits(text)) is not None]
    return min(found, default=None)


def _weak(case: Case, evidence: Evidence, who: Signing, bits: int) -> Finding:
    assert who.facts is not None
    own = who.facts.dkim.origin == OWN_KEY
    lost = damage(case, evidence, who, unsigned=True) if bits < LEAST and who.facts.verified else None
    asked = (SesIdentity(who.region, who.identity), *(questions(who.identity, who.facts.dkim) if own else ()))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity if lost else Gravity.WARNING if bits < LEAST else Gravity.NOTICE,
        confidence=lost.confidence if lost else Confidence.PROVEN,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"the DKIM key of {who.identity} in {who.region} is of {bits} bits only",
        because=(
            f"verifiers must not take a signature by less than {LEAST} bits"
            if bits < LEAST
            else f"verifiers take it, and {GOOD} bits are what is recommended",
            *((lost.because,) if lost else ()),
        ),
        evidence=tuple(evidence.proof(one) for one in asked),
        explains=lost.explains if lost else (),
        stops=lost.stops if lost else (),
        fixes=("make-longer-own-key",) if own else ("renew-dkim",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
    )
