"""Several DMARC records made into the one that a name may have (RFC 9989 4.10), and a broken one made readable.

    merged(("v=DMARC1; p=reject", "v=DMARC1; p=none; rua=mailto:a@dock.example"))
    # "v=DMARC1; p=none; rua=mailto:a@dock.example"

Recipients apply none of several records, nor one that they cannot read. What is put in their place may not lose mail by
surprise: the mildest of the policies, reports to everybody named, and what cannot be read left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailstrata.formats import dmarc
from mailstrata.formats.dmarc import POLICIES, DmarcRecord


def merged(texts: Iterable[str]) -> str:
    """One record in place of several."""
    records = [dmarc.received(text) or DmarcRecord() for text in texts]
    return dmarc.render(
        DmarcRecord(
            p=_mildest(record.p for record in records),
            sp=_mildest(record.sp for record in records),
            np=_mildest(record.np for record in records),
            adkim=_relaxed(record.adkim for record in records),
            aspf=_relaxed(record.aspf for record in records),
            rua=tuple(dict.fromkeys(uri for record in records for uri in record.rua)),
            ruf=tuple(dict.fromkeys(uri for record in records for uri in record.ruf)),
        )
    )


def readable(text: str) -> str:
    """The record with only what recipients read of it; ``p=none`` where that is nothing."""
    return dmarc.render(dmarc.received(text) or DmarcRecord())


def _mildest(policies: Iterable[str]) -> str:
    """The one that asks for least; an empty one, which leaves it to ``p``, only where nobody names any."""
    named = [POLICIES.index(policy) for policy in policies if policy in POLICIES]
    return POLICIES[min(named)] if named else ""


def _relaxed(modes: Iterable[str]) -> str:
    return "r" if "r" in set(modes) else "s"
