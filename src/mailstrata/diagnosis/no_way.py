"""The finding of a recipient's domain to which no way leads: what the three checks of such domains share.

unreachable(case, evidence, way, code="recipient-mx-failing", title="…", owner=Owner.RECIPIENT, fixes=("…",))
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids, to_domain
from mailstrata.diagnosis.route_facts import Route, unreached
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Stratum


def unreachable(
    case: Case, evidence: Evidence, way: Route, *, code: str, title: str, owner: Owner, fixes: tuple[str, ...]
) -> Finding:
    """A fault that stops every mail to the domain, seen in the DNS that ``way`` was read from."""
    sends = to_domain(case, way.domain)
    return Finding(
        code=code,
        stratum=Stratum.RECIPIENT,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=owner,
        subject=way.domain,
        title=title,
        because=(way.words,),
        evidence=tuple(evidence.proof(question) for question in way.asked),
        explains=ids(unreached(sends)),
        stops=ids(send for send in sends if not send.delivered),
        fixes=fixes,
        target=(("domain", way.domain),),
    )
