"""What the classification of a bounce says.

Classification(reason="mailboxfull", hard=False, stratum=Stratum.RECIPIENT, code="recipient-full", owner=Owner.RECIPIENT,
               remedy="Wait and send again later; …", confidence=Confidence.PROVEN)
"""

from __future__ import annotations

from mailstrata.model.finding import Confidence, Owner, Stratum
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Why a mail failed. ``reason`` is a name that bounce readers share (sisimai's)."""

    reason: str
    hard: bool | None
    """Whether the address is dead for good; ``None`` when nothing failed."""
    stratum: Stratum
    code: str | None
    """Our code of the fault, when the contract has one."""
    owner: Owner
    """Who can put it right."""
    remedy: str
    """What to do, in one sentence."""
    confidence: Confidence
    """``proven``: numbers and words agree, or the provider says so itself. ``likely``: one of them is clear. ``possible``:
    the best guess."""
    source: str = ""
    """Where the row comes from that decided: an RFC, a heading of facts.md, a provider's page."""
