"""Nothing records what becomes of mail that SES has accepted.

What it sees
    The identity's configuration set has no enabled event destination for bounces (or there is no set), and the Virtual
    Deliverability Manager, which would keep the events of each message, is off.
Why it matters
    SES's 250 says only that it took the mail. Whether it was dropped by the suppression list, refused or delivered is told
    as an event, once. Where nobody records it, a lost mail is silent and the recipient's own code is gone.
How to put it right
    Give the identity a default configuration set with an event destination for SEND, DELIVERY, BOUNCE, COMPLAINT and
    REJECT; or turn the Virtual Deliverability Manager on (it costs per mail).
Read more
    facts.md B7, B8; https://docs.aws.amazon.com/ses/latest/dg/monitor-using-event-publishing.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Signing, signing
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import RecordingFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import EventRecording, SesAccount, SesIdentity

CODE = "events-unrecorded"
STRATUM = Stratum.ACCOUNT


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for anything that keeps the bounces of the identity in each region in use."""
    for who in signing(case, evidence):
        if who.facts is not None:
            yield _recorded(case, evidence, who, who.facts.configuration_set)
        elif who.unknown is not None:
            yield unsure(CODE, STRATUM, who.subject, who.unknown)


def _recorded(case: Case, evidence: Evidence, who: Signing, chosen: str) -> Result:
    account, recording = SesAccount(who.region), EventRecording(who.region, chosen)
    asked = (account, recording) if chosen else (account,)
    evidence.want(*asked)
    manager = evidence[account]
    kept_by = _destination(evidence[recording]) if chosen else ""
    if isinstance(manager, Seen) and manager.value.vdm:
        text = f"the Virtual Deliverability Manager keeps the events of {who.region}"
        return Fine(code=CODE, stratum=STRATUM, text=text)
    if isinstance(kept_by, str) and kept_by:
        return Fine(code=CODE, stratum=STRATUM, text=f"bounces of {who.subject} are recorded by {kept_by}")
    unknown = next((one for one in (kept_by, manager) if isinstance(one, Unknown)), None)
    return unsure(CODE, STRATUM, who.subject, unknown) if unknown else _finding(case, evidence, who, asked)


def _destination(observation: Observation[RecordingFacts]) -> str | Unknown:
    """The name of a destination for bounces, empty when there is none."""
    if isinstance(observation, Unknown):
        return observation
    destinations = observation.value.destinations if isinstance(observation, Seen) else ()
    return next((name for name, kinds in destinations if "BOUNCE" in {kind.upper() for kind in kinds}), "")


def _finding(case: Case, evidence: Evidence, who: Signing, asked: tuple[SesAccount | EventRecording, ...]) -> Finding:
    chosen = who.facts.configuration_set if who.facts else ""
    first = f"the configuration set {chosen} sends bounces nowhere" if chosen else "it has no default configuration set"
    identity = SesIdentity(who.region, who.identity)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=who.subject,
        title=f"nothing records what becomes of mail by {who.identity} once SES has accepted it",
        because=(first, f"the Virtual Deliverability Manager is off in {who.region}"),
        evidence=tuple(evidence.proof(question) for question in (identity, *asked)),
        fixes=("record-events",),
        target=(("region", who.region), ("domain", case.setup.domain), ("identity", who.identity)),
    )
