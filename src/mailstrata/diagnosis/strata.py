"""The state of each layer and the verdict over all, made of what the checks said.

relay      broken          a fault stands in the way of mail
identity   ok              all was looked at and is well
account    undetermined    something could not be looked at
recipient  not-applicable  nothing to look at

What the operator wanted left unasked keeps no layer from being ok: the verdict is over what was asked. A layer of which
nothing was asked is not ok either.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailstrata.model.diagnosis import StratumReport, StratumState, Verdict
from mailstrata.model.finding import Finding, Fine, Gravity, Result, Role, Stratum, Undetermined


def report(
    results: Sequence[Result], findings: Sequence[Finding], missing: Sequence[Undetermined]
) -> tuple[StratumReport, ...]:
    """One report for each stratum that has checks; ``findings`` have their roles."""
    return tuple(_stratum(stratum, results, findings, missing) for stratum in Stratum if stratum is not Stratum.INBOUND)


def _stratum(
    stratum: Stratum, results: Sequence[Result], findings: Sequence[Finding], missing: Sequence[Undetermined]
) -> StratumReport:
    mine = [result for result in results if result.stratum is stratum]
    found = [finding for finding in findings if finding.stratum is stratum]
    unknown = [entry for entry in missing if entry.stratum is stratum and not entry.past and not entry.unasked]
    asked = any(not isinstance(result, Undetermined) or not result.unasked for result in mine)
    return StratumReport(
        name=stratum,
        state=_state(found, unknown, looked=asked),
        checked=len({result.code for result in mine}),
        fine=tuple(result.text for result in mine if isinstance(result, Fine)),
    )


def _state(found: Sequence[Finding], unknown: Sequence[Undetermined], *, looked: bool) -> StratumState:
    if any(_stops_mail(finding) for finding in found):
        return StratumState.BROKEN
    if any(finding.gravity is not Gravity.NOTICE for finding in found):
        return StratumState.DEGRADED
    if unknown:
        return StratumState.UNDETERMINED
    return StratumState.OK if looked else StratumState.NOT_APPLICABLE


def _stops_mail(finding: Finding) -> bool:
    return finding.gravity is Gravity.FAULT and finding.role in (Role.PRIMARY, Role.SECONDARY)


def verdict(strata: Sequence[StratumReport]) -> Verdict:
    """The worst of the strata; ``undetermined`` only when nothing worse is known."""
    states = {stratum.state for stratum in strata}
    if StratumState.BROKEN in states:
        return Verdict.BROKEN
    if StratumState.DEGRADED in states:
        return Verdict.DEGRADED
    looked = states - {StratumState.NOT_APPLICABLE}
    return Verdict.UNDETERMINED if StratumState.UNDETERMINED in states or not looked else Verdict.HEALTHY
