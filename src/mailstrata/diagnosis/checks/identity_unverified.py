"""The domain is an SES identity, and SES does not count it as verified.

What it sees
    sesv2:GetEmailIdentity says VerifiedForSendingStatus false, with what SES met when it last looked at the DNS records
    (VerificationInfo.ErrorType), beside what stands there now.
Why it matters
    Login works, and every mail is refused after DATA: "554 Message rejected: Email address is not verified".
How to put it right
    Where the DKIM records are missing or wrong, publish them: that finding is then the cause of this one. Where they are
    right, SES has not looked since; it does so within minutes to hours. After 72 hours without them SES gives up
    (FAILED), and the verification has to be started again.
Read more
    facts.md B1, B3; https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Reading, Signing, questions, read, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import ERRORS, all_vouched, halted, refused_for_identity, vouched
from mailstrata.diagnosis.paths import ids
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Unknown
from mailstrata.model.question import SesIdentity

CODE = "identity-unverified"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look at the identity in force in each region in use."""
    for who in signing(case, evidence):
        if who.facts is None:
            if who.unknown is not None:
                yield unsure(CODE, STRATUM, who.subject, who.unknown)
        elif who.facts.verified:
            yield Fine(code=CODE, stratum=STRATUM, text=f"{who.identity} is verified in {who.region}")
        else:
            yield _unverified(case, evidence, who, who.facts)


def _unverified(case: Case, evidence: Evidence, who: Signing, facts: IdentityFacts) -> Result:
    own = vouched(case, evidence, who.region)
    if isinstance(own, Unknown):
        return unsure(CODE, STRATUM, who.subject, own)
    if all_vouched(case, who.region, own):
        text = f"{', '.join(sorted(own))} in {who.region}: verified without the domain"
        return Fine(code=CODE, stratum=STRATUM, text=text)
    reading = read(evidence, who.identity, facts.dkim)
    stopped = halted(case, who.region, own)
    waiting = _is_right(reading) and facts.status in ("PENDING", "TEMPORARY_FAILURE")
    asked = (SesIdentity(who.region, who.identity), *questions(who.identity, facts.dkim))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.AWS if waiting else Owner.YOU,
        subject=who.subject,
        title=f"SES has not verified {who.identity} in {who.region}, so it refuses to send as it",
        because=tuple(_because(facts, reading)),
        evidence=tuple(evidence.proof(question) for question in asked),
        caused_by=_cause(reading),
        explains=ids(refused_for_identity(stopped, who.region)),
        stops=ids(stopped),
        fixes=_fixes(reading, waiting=waiting),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
    )


def _because(facts: IdentityFacts, reading: Reading) -> Iterator[str]:
    looked = f" when it looked at {facts.last_checked:%Y-%m-%d %H:%M} UTC" if facts.last_checked else ""
    yield f"SES says {facts.status}{looked}"
    if facts.error:
        yield ERRORS.get(facts.error, facts.error)
    if _is_right(reading):
        yield f"all {reading.count} DKIM records are right now: SES has not looked since they are"


def _is_right(reading: Reading) -> bool:
    return reading.count > 0 and len(reading.right) == reading.count


def _cause(reading: Reading) -> str | None:
    if reading.missing:
        return "dkim-record-absent"
    return "dkim-record-differs" if reading.differing else None


def _fixes(reading: Reading, *, waiting: bool) -> tuple[str, ...]:
    if _cause(reading):
        return ()
    return ("wait-for-ses",) if waiting else ("verify-identity",)
