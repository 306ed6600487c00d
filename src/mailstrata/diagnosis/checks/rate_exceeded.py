"""Mail was sent faster than SES allows the account in this region.

What it sees
    SES's own answer to a send: "Maximum sending rate exceeded", "Too many concurrent SMTP connections", or that a session has
    had its fill of messages.
Why it matters
    SES refuses what comes too fast and queues nothing: a program that does not try again loses that mail. The next one passes.
How to put it right
    Send more slowly, over fewer connections, and try again after a few seconds what was refused so. AWS raises the rate on
    request.
Read more
    facts.md A5, A6; https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import ids, regions
from mailstrata.diagnosis.refusals import said
from mailstrata.diagnosis.region_paths import in_region
from mailstrata.diagnosis.relay_facts import testimony
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Result, Stratum

CODE = "rate-exceeded"
STRATUM = Stratum.ACCOUNT
WORDS = (
    "maximum sending rate exceeded",
    "maximum sigv2 smtp sending rate exceeded",
    "too many concurrent smtp connections",
    "maximum message count per session reached",
)
"""What SES says of it, by SMTP and by the API (facts.md A5)."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Look for the answer among the sends of each region in use; it proves itself, so the world is not asked."""
    del evidence
    for region in regions(case):
        refused = [one for one in said(in_region(case, region), *WORDS) if one.outcome is Outcome.REFUSED_AT_RELAY]
        if refused:
            yield _exceeded(region, tuple(refused))


def _exceeded(region: str, refused: tuple[Attempt, ...]) -> Finding:
    """The answer proves it; a mail that is sent again later passes, so nothing is stopped by it."""
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=region,
        title=f"mail was sent faster than SES allows in {region}",
        because=(
            "SES queues nothing: what it refused so has to be sent again; aws sesv2 get-account tells the rate (MaxSendRate)",
        ),
        evidence=testimony(refused),
        explains=ids(refused),
        fixes=("send-slower", "ask-for-rate"),
        target=(("region", region),),
    )
