from __future__ import annotations

import pytest

from mailstrata.model.setup import Alias, Network, Setup

SES = "email-smtp.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (SES, "us-east-1"),
        ("EMAIL-SMTP.us-east-1.amazonaws.com.", "us-east-1"),
        ("email-smtp-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("email-smtp.us-east-1.amazonaws.com.sailing.example", None),
        ("mail.sailing.example", None),
        ("email.us-east-1.amazonaws.com", None),
        ("", None),
    ],
)
def test_the_region_is_in_the_name_of_the_host(host: str, region: str | None) -> None:
    """Only of SES's own endpoints (facts.md A1)."""
    assert Alias(address="a@sailing.example", host=host).region == region


def test_an_alias_is_found_without_regard_to_case() -> None:
    """Gmail shows an address as it was typed."""
    alias = Alias(address="Admin@sailing.example", host=SES)
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=(alias,))
    assert setup.alias_for("admin@Sailing.example") is alias
    assert setup.alias_for("list@sailing.example") is None


def test_a_name_is_connected_to_where_the_network_says() -> None:
    """By host and port; by ``*`` for all others; without either by itself."""
    network = Network(hosts=((f"{SES}:587", "127.0.0.1:2587"), ("*", "127.0.0.1:9")))
    assert network.connect_to(SES.upper(), 587) == ("127.0.0.1", 2587)
    assert network.connect_to(SES, 465) == ("127.0.0.1", 9)
    assert Network().connect_to(SES, 465) == (SES, 465)
