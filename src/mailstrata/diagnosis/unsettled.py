"""The finding of a record that is right where it is published and not seen by all yet: old answers, or a stale name server.

    yield from unsettled((view,), about=About(code=CODE, subject="…", what="the MX of bounce.sailing.example", target=…))

Neither is a fault of the record. An answer that a resolver remembers runs out by itself; a name server that lacks what the
others have gives some of the world the older answer until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.published_view import View, proofs
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Stratum
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the record set is, for a person, and where it belongs."""

    code: str
    subject: str
    what: str
    target: tuple[tuple[str, str], ...] = ()


def unsettled(evidence: Evidence, views: Iterable[View], about: About) -> Iterator[Finding]:
    """One finding for all the views: a warning where servers lack it, else a notice; nothing where all is seen."""
    open_ones = [view for view in views if view.lacking or view.waiting]
    lacking = tuple(dict.fromkeys(server for view in open_ones for server in view.lacking))
    waiting = tuple(dict.fromkeys(view.waiting for view in open_ones if view.waiting))
    if not open_ones:
        return
    yield Finding(
        code=about.code,
        stratum=Stratum.IDENTITY,
        gravity=Gravity.WARNING if lacking else Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU if lacking else Owner.NETWORK,
        subject=about.subject,
        title=_title(about.what, lacking),
        because=(*(f"{view.question.name} is right at its other name servers" for view in open_ones[:1]), *waiting)
        if lacking
        else ("the zone's own name servers have it", *waiting),
        evidence=proofs(evidence, (one for view in open_ones for one in view.asked)),
        fixes=("repair-nameserver",) if lacking else ("wait-for-caches",),
        target=about.target,
    )


def _title(what: str, lacking: tuple[str, ...]) -> str:
    if lacking:
        return f"{', '.join(lacking)} {'do' if len(lacking) > 1 else 'does'} not have {what}, and other name servers do"
    return f"{what}: published, and not yet seen by everybody"
