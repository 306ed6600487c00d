"""The one way in which a check says that it could not know.

case Unknown() as unknown:
    yield unsure(CODE, STRATUM, "sailing.example in us-east-1", unknown)
"""

from __future__ import annotations

from mailstrata.model.finding import Stratum, Undetermined
from mailstrata.model.observation import Unknown


def unsure(code: str, stratum: Stratum, subject: str, unknown: Unknown) -> Undetermined:
    """The result of a check that met ``unknown`` where it needed an answer about ``subject``."""
    return Undetermined(
        code=code,
        stratum=stratum,
        subject=subject,
        reason=unknown.reason,
        needs=unknown.needs,
        unasked=unknown.unasked,
    )
