"""What a recipient's domain demands of senders as to TLS: told where it was seen, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.tls_demands import demands
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Mx, Question, Tlsa, Txt

NOTHING: dict[Question[Any], Observation[Any]] = {
    Txt("_mta-sts.dock.example"): Absent(how="NXDOMAIN"),
    Mx("dock.example"): Seen(value=(MxHost(preference=0, host="MX.dock.example."),)),
    Tlsa("_25._tcp.mx.dock.example"): Absent(how="NXDOMAIN"),
}


def _told(facts: dict[Question[Any], Observation[Any]]) -> tuple[str, ...]:
    return demands(Evidence({**NOTHING, **facts}), "dock.example")


def test_a_domain_that_demands_nothing_is_told_of_nothing() -> None:
    """Most do not."""
    assert _told({}) == ()


def test_mta_sts_is_told_by_its_id() -> None:
    """RFC 8461 3.1."""
    (told,) = _told({Txt("_mta-sts.dock.example"): Seen(value=("v=STSv1; id=20260512",))})
    assert "MTA-STS (id 20260512)" in told


@pytest.mark.parametrize(
    "texts", [("v=STSv1; id=1", "v=STSv1; id=2"), ("v=STSv1; id=not an id",), ("something else",), ()], ids=str
)
def test_what_announces_no_policy_demands_nothing(texts: tuple[str, ...]) -> None:
    """Several records, or one that cannot be read, are as good as none."""
    assert _told({Txt("_mta-sts.dock.example"): Seen(value=texts)}) == ()


def test_dane_is_told_by_the_host_that_has_it() -> None:
    """RFC 7672 3.1.1."""
    assert _told({Tlsa("_25._tcp.mx.dock.example"): Seen(value=("3 1 1 ab",))}) == (
        "mx.dock.example has TLSA records: it wants TLS with the certificate that they name (DANE)",
    )


def test_what_cannot_be_seen_is_not_told() -> None:
    """A SERVFAIL is neither a demand nor none."""
    unseen: dict[Question[Any], Observation[Any]] = {one: Unknown(reason="SERVFAIL") for one in NOTHING}
    assert _told(unseen) == ()
