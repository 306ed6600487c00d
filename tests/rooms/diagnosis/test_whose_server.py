"""Whose servers take a domain's mail, in words; who stands behind a gateway is read off SPF."""

from __future__ import annotations

from typing import Any

import pytest

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.whose_server import whose
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Mx, Question, Txt

SPF = "v=spf1 include:eu._netblocks.mimecast.com include:spf.protection.outlook.com ~all"


def _whose(host: str, *texts: str) -> str:
    facts: dict[Question[Any], Observation[Any]] = {
        Mx("dock.example"): Seen(value=(MxHost(preference=10, host=host),)),
        Txt("dock.example"): Seen(value=texts),
    }
    return whose(Evidence(facts), "dock.example")


@pytest.mark.parametrize(
    ("host", "texts", "said"),
    [
        ("dock-example.mail.protection.outlook.com", (), "dock.example (Exchange Online)"),
        ("eu-smtp-inbound-1.mimecast.com", (SPF,), "dock.example (Mimecast, in front of Exchange Online)"),
        (
            "d1.ess.barracudanetworks.com",
            ("v=spf1 include:_spf.google.com -all",),
            "dock.example (Barracuda, in front of Google)",
        ),
        ("mx0a-00000000.pphosted.com", ("v=spf1 mx -all",), "dock.example (Proofpoint)"),
        ("mx0a-00000000.pphosted.com", ("include:_spf.google.com",), "dock.example (Proofpoint)"),
        ("mail.dock.example.", (), "dock.example (self-hosted)"),
        ("mail.quay.example", (), "dock.example"),
        ("aspmx.l.google.com.evil.example", (), "dock.example"),
    ],
)
def test_the_provider_is_named_by_the_mx(host: str, texts: tuple[str, ...], said: str) -> None:
    """On whole labels; a look-alike is nobody (facts.md E)."""
    assert _whose(host, *texts) == said


@pytest.mark.parametrize("seen", [Absent(), Unknown(reason="timed out")])
def test_without_an_mx_nobody_is_named(seen: Observation[Any]) -> None:
    """The domain stands alone."""
    assert whose(Evidence({Mx("dock.example"): seen}), "dock.example") == "dock.example"


def test_a_gateway_whose_domain_hides_its_spf_is_named_alone() -> None:
    """A time-out proves nothing of what stands behind."""
    facts: dict[Question[Any], Observation[Any]] = {
        Mx("dock.example"): Seen(value=(MxHost(preference=10, host="eu-smtp-inbound-1.mimecast.com"),)),
        Txt("dock.example"): Unknown(reason="timed out"),
    }
    assert whose(Evidence(facts), "dock.example") == "dock.example (Mimecast)"
