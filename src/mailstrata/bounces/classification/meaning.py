"""A reason to what it means here: layer, code, owner and remedy.

The row that decided may name fault and owner itself (Exchange's 5.7.513 is a reputation refusal that the *recipient* can
lift); else the reason's own line in ``reasons`` does.
"""

from __future__ import annotations

from functools import cache

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.numbers import Numbers
from mailstrata.bounces.classification.phrasebook import Row
from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.classification.table import Line, lines
from mailstrata.model.finding import Confidence, Owner, Stratum
from mailstrata.model.names import is_within
from mailstrata.model.values import maker

_PLATFORM = "platform"
_OWNERS = {owner.value: owner for owner in Owner}
_made = maker(Classification)


def meaning(bounce: Bounce, row: Row, numbers: Numbers, confidence: Confidence) -> Classification:
    """The whole classification of ``bounce`` for which ``row`` decided."""
    default = _reasons()[row.reason]
    stratum, code = _fault(bounce, row, default)
    owner = Owner.YOU if stratum is Stratum.RELAY and not row.owner else _owner(bounce, row.owner or default["owner"])
    return _made(
        reason=row.reason,
        hard=_hard(default["hard"], bounce, numbers),
        stratum=stratum,
        code=code,
        owner=owner,
        remedy=_remedy(code, row.reason, owner),
        confidence=confidence,
        source=row.source,
    )


def _fault(bounce: Bounce, row: Row, default: Line) -> tuple[Stratum, str | None]:
    fault = row.fault or default["fault"]
    if bounce.dialect == "gmail-alias" and fault.startswith("recipient/"):
        fault = "relay/"  # facts.md C3: the recipient's server was never asked
    if fault == "identity/identity-unverified" and bounce.recipient and bounce.recipient in bounce.diagnostic:
        fault = "account/account-sandboxed"  # facts.md A4: the recipient is among the unverified ones
    return _placed(fault)


@cache
def _placed(fault: str) -> tuple[Stratum, str | None]:
    """The layer and the code of a fault as the tables write it."""
    layer, _, code = fault.partition("/")
    return Stratum(layer), code.strip("-") or None


def _owner(bounce: Bounce, name: str) -> Owner:
    """Who can mend it; the platform is whose server was refused: Google's for Gmail's own mail, else that of SES."""
    if name != _PLATFORM:
        return _OWNERS[name]
    sender = bounce.reporting_mta
    return Owner.GOOGLE if is_within(sender, "google.com") or is_within(sender, "googlemail.com") else Owner.AWS


def _hard(kind: str, bounce: Bounce, numbers: Numbers) -> bool | None:
    if kind == "never":
        return None
    return kind == "yes" and bounce.action != "delayed" and not numbers.temporary


@cache
def _remedy(code: str | None, reason: str, owner: Owner) -> str:
    known = _remedies()
    keys = ((code, owner.value), (code, "*"), (reason, owner.value), (reason, "*"), ("*", "*"))
    return next(known[key] for key in keys if key in known)


@cache
def _reasons() -> dict[str, Line]:
    return {line["reason"]: line for line in lines("reasons")}


@cache
def _remedies() -> dict[tuple[str | None, str], str]:
    return {(line["of"], line["owner"]): line["remedy"] for line in lines("remedies")}
