"""Whether the zone in Route 53 is the one that the world asks."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.zone_facts import cause, elsewhere
from mailstrata.formats import world
from mailstrata.model.finding import Gravity

ZONE = 'hosted-zone sailing.example = {"id": "Z1", "name": "sailing.example", "nameservers": ["ns-1.dns.example."]}\n'
FOREIGN = "nameservers sailing.example = ns1.registrar.example"


@pytest.mark.parametrize(
    ("text", "so"),
    [
        (ZONE + FOREIGN, True),
        (ZONE + "nameservers sailing.example - NXDOMAIN", True),
        (ZONE + FOREIGN + "\nnameservers sailing.example = NS-1.dns.example", False),
        (ZONE + "nameservers sailing.example ? timed out", False),
        ("hosted-zone sailing.example -", False),
        ("hosted-zone sailing.example ? denied", False),
    ],
)
def test_it_is_elsewhere_only_when_no_server_is_shared_and_both_were_seen(text: str, so: bool) -> None:
    """An unseen delegation blames nobody."""
    assert elsewhere(Evidence(world.parse(text).facts), "sailing.example") is so


def test_a_fault_beside_a_verified_identity_is_its_own() -> None:
    """The zone is a fault only beside an unverified identity, and no fault may hide behind a warning."""
    evidence = Evidence(world.parse(ZONE + FOREIGN).facts)
    assert cause(evidence, "sailing.example", gravity=Gravity.WARNING, verified=True) == "zone-not-authoritative"
    assert cause(evidence, "sailing.example", gravity=Gravity.FAULT, verified=False) == "zone-not-authoritative"
    assert cause(evidence, "sailing.example", gravity=Gravity.FAULT, verified=True) is None
