"""Why the recipient's server refused the mail that led to the suppression entry was never seen.

What it sees
    An entry of the suppression list for BOUNCE, present or removed by mailstrata before, and no record of the bounce that
    made it: SES tells of no message, or kept no events of it, and no bounce to this recipient is at hand.
Why it matters
    The entry says that the recipient's server refused a mail for good, not why. While it stands nothing reaches that
    server, so the reason cannot show; removed without the reason mended, the next mail bounces and is listed again.
How to put it right
    Ask whoever got the bounce for it (diagnose --bounce FILE), or the recipient's administrator for a message trace of that
    day. Nobody should guess: unknown address, blocked sender and policy have different cures.
Read more
    facts.md B5, D1, D2, D3
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.bounce_trace import Trace, proofs, seen_code, traces
from mailstrata.diagnosis.dmarc_facts import Policy, policy
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.whose_server import whose
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Unknown

CODE = "suppression-hides-cause"
STRATUM = Stratum.ACCOUNT
NEEDS = "the bounce or NDR of that mail (diagnose --bounce FILE), or a message trace by the recipient's administrator"


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the words of the bounce behind each entry."""
    for trace in traces(case, evidence):
        if trace.unknown is not None:
            yield unsure(CODE, STRATUM, trace.subject, trace.unknown)
        elif trace.entry is not None and trace.entry.reason == "BOUNCE":
            yield from _judged(case, evidence, trace)


def _judged(case: Case, evidence: Evidence, trace: Trace) -> Iterator[Result]:
    code = seen_code(case, evidence, trace)
    server = whose(evidence, domain_of(trace.address))
    if isinstance(code, str) and code:
        yield Fine(code=CODE, stratum=STRATUM, text=f"{trace.subject}: the refusal behind its entry is known: {code}")
        return
    if not isinstance(code, Unknown):
        yield _finding(case, evidence, trace, server)
    yield _open(trace, server, code if isinstance(code, Unknown) else None)


def _open(trace: Trace, server: str, unknown: Unknown | None) -> Undetermined:
    assert trace.entry is not None
    reason = "the server's own answer was not recorded" if unknown is None else unknown.reason
    return Undetermined(
        code=CODE,
        stratum=STRATUM,
        subject=f"why {server} refused {trace.address} on {trace.entry.updated:%Y-%m-%d}",
        reason=reason,
        needs=NEEDS,
        past=True,
    )


def _finding(case: Case, evidence: Evidence, trace: Trace, server: str) -> Finding:
    assert trace.entry is not None
    mail = f"message {trace.entry.message_id}" if trace.entry.message_id else "a mail that SES does not name"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.RECIPIENT,
        subject=trace.subject,
        title=f"why {server} once refused mail to {trace.address} is not known",
        because=(
            f"a bounce of {mail} made the entry, at the latest on {trace.entry.updated:%Y-%m-%d}",
            "SES kept no words of the server for that mail, and no bounce of it is at hand",
            *_excluded(case, evidence, server),
        ),
        evidence=proofs(evidence, trace),
        caused_by="recipient-suppressed" if trace.present else None,
        fixes=("ask-for-ndr",),
        target=(("region", trace.region), ("address", trace.address)),
    )


def _excluded(case: Case, evidence: Evidence, server: str) -> Iterator[str]:
    """What it cannot have been, so that nobody mends it: Exchange refuses for DMARC under p=reject alone (facts.md D3)."""
    rule = policy(evidence, case.setup.domain) if "Exchange Online" in server else None
    if isinstance(rule, Policy) and rule.asks != "reject":
        yield f"not DMARC, as long as _dmarc.{rule.domain} asks for p={rule.asks}: Exchange refuses for it under p=reject only"
