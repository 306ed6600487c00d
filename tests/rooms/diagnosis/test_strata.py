from __future__ import annotations

from typing import Any

import pytest

from mailstrata.diagnosis.strata import report, verdict
from mailstrata.model.diagnosis import StratumReport, StratumState, Verdict
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Role, Stratum, Undetermined

FINE = Fine(code="key-inactive", stratum=Stratum.RELAY, text="the key is active")
BLIND = Undetermined(code="key-absent", stratum=Stratum.RELAY, subject="AKIA", reason="denied")
PAST = Undetermined(code="key-absent", stratum=Stratum.RELAY, subject="AKIA", reason="over", past=True)
UNASKED = Undetermined(code="key-absent", stratum=Stratum.RELAY, subject="AKIA", reason="by wish", unasked=True)


def _finding(**fields: Any) -> Finding:
    plain: dict[str, Any] = {
        "code": "login-refused",
        "stratum": Stratum.RELAY,
        "gravity": Gravity.FAULT,
        "confidence": Confidence.PROVEN,
        "owner": Owner.YOU,
        "subject": "it",
        "title": "it",
    }
    return Finding(**(plain | fields))


def _relay(*results: Finding | Undetermined | Fine) -> StratumReport:
    found = [one for one in results if isinstance(one, Finding)]
    missing = [one for one in results if isinstance(one, Undetermined)]
    return next(one for one in report(results, found, missing) if one.name is Stratum.RELAY)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ((), StratumState.NOT_APPLICABLE),
        ((FINE,), StratumState.OK),
        ((FINE, BLIND), StratumState.UNDETERMINED),
        ((FINE, PAST), StratumState.OK),
        ((FINE, UNASKED), StratumState.OK),
        ((UNASKED,), StratumState.NOT_APPLICABLE),
        ((UNASKED, BLIND), StratumState.UNDETERMINED),
        ((FINE, BLIND, _finding(role=Role.PRIMARY)), StratumState.BROKEN),
        ((_finding(role=Role.SECONDARY),), StratumState.BROKEN),
        ((_finding(role=Role.SIDE),), StratumState.DEGRADED),
        ((_finding(role=Role.EFFECT),), StratumState.DEGRADED),
        ((_finding(role=Role.PRIMARY, gravity=Gravity.WARNING),), StratumState.DEGRADED),
        ((_finding(gravity=Gravity.NOTICE),), StratumState.OK),
        ((_finding(gravity=Gravity.NOTICE), BLIND), StratumState.UNDETERMINED),
    ],
)
def test_the_state_of_a_layer(results: tuple[Finding | Undetermined | Fine, ...], state: StratumState) -> None:
    """The worst that is known; what could not be seen counts only where nothing worse is."""
    assert _relay(*results).state is state


def test_a_layer_counts_its_checks_and_keeps_what_was_well() -> None:
    """A check that says three things looked once."""
    layer = _relay(FINE, FINE, BLIND)
    assert (layer.checked, layer.fine) == (2, ("the key is active", "the key is active"))


def test_each_layer_speaks_for_itself() -> None:
    """A fault of one does not darken another."""
    states = {one.name: one.state for one in report([FINE], [_finding(stratum=Stratum.ACCOUNT, role=Role.PRIMARY)], [])}
    assert states[Stratum.RELAY] is StratumState.OK
    assert states[Stratum.ACCOUNT] is StratumState.BROKEN
    assert states[Stratum.RECIPIENT] is StratumState.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), Verdict.UNDETERMINED),
        (("not-applicable", "not-applicable"), Verdict.UNDETERMINED),
        (("ok", "not-applicable"), Verdict.HEALTHY),
        (("ok", "undetermined"), Verdict.UNDETERMINED),
        (("degraded", "undetermined"), Verdict.DEGRADED),
        (("ok", "broken", "degraded", "undetermined"), Verdict.BROKEN),
    ],
)
def test_the_verdict_is_the_worst_of_the_layers(states: tuple[str, ...], expected: Verdict) -> None:
    """``undetermined`` only when nothing worse is known; nothing looked at is not healthy."""
    layers = [StratumReport(name=Stratum.RELAY, state=StratumState(state), checked=1) for state in states]
    assert verdict(layers) is expected
